import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DockerfileError } from './error.ts';
import { readDockerfile } from './interpret.ts';
import type { SourceRange } from './range.ts';

/**
 * Each folder of testdata: a Dockerfile, and what is read from it. `DRYDOCK_UPDATE_GOLDEN=1` writes the results
 * anew; read the difference before committing it.
 */
const folder = new URL('./testdata/', import.meta.url);

describe('golden Dockerfiles', () => {
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    test(name, () => {
      const file = new URL(`${name}/expected.json`, folder);
      const result = print(read(readFileSync(new URL(`${name}/Dockerfile`, folder), 'utf8')));
      if (process.env.DRYDOCK_UPDATE_GOLDEN) writeFileSync(file, `${result}\n`);
      expect(JSON.parse(result)).toEqual(JSON.parse(readFileSync(file, 'utf8')));
    });
  }
});

function read(text: string): unknown {
  try {
    return readDockerfile(text);
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    return { error: error.code, message: error.message, suggestion: error.suggestion, range: error.range };
  }
}

/** Ranges as `line:column-line:column`, the nodes left out: what they hold shows in the instructions. */
function print(value: unknown): string {
  const compact = (key: string, item: unknown) => {
    if (key === 'node') return undefined;
    return isRange(item) ? place(item) : item;
  };
  return JSON.stringify(value, compact, 1);
}

function isRange(item: unknown): item is SourceRange {
  return typeof item === 'object' && item !== null && 'start' in item && 'end' in item;
}

function place({ start, end }: SourceRange): string {
  return `${start.line}:${start.column}-${end.line}:${end.column}`;
}
