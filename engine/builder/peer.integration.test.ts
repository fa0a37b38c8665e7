import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dockerd, startDockerd } from '../../scripts/peers/dockerd.ts';
import type { Engine } from '../engine.ts';
import { startEngine } from '../hosts/node/start-engine.ts';
import { type Built, buildByDockerd, buildByDrydock, makeBase } from './testing/peer/builders.ts';
import { type PeerCase, prepareContext, readCases } from './testing/peer/cases.ts';
import { describeImage, type SavedImage } from './testing/peer/describe-image.ts';

/**
 * The same Dockerfiles and contexts (testdata/peer, a folder each) built by Drydock and by a real dockerd: configuration,
 * history and every entry of every layer must be the same, but for the differences that the case lists with a reason.
 * `DRYDOCK_UPDATE_GOLDEN=1` writes the expected results of the cases that dockerd is too old for anew; read them against
 * the reference before committing.
 */

let engine: Engine;
let dockerd: Dockerd;
let base: SavedImage;
let since: number;

beforeAll(async () => {
  since = Math.floor(Date.now() / 1000) - 60;
  [engine, dockerd] = await Promise.all([startEngine(), startDockerd()]);
  base = await makeBase(engine.transport, dockerd);
});

afterAll(async () => {
  await engine?.stop();
  await dockerd?.stop();
});

function linesOf(built: Built): readonly string[] {
  if ('error' in built) throw new Error(built.error);
  return describeImage(built.image, base, since);
}

function failureOf(built: Built): string {
  if ('image' in built) throw new Error('the build did not fail');
  return built.error;
}

/** The actual and the expected lines, without those in which they differ on purpose. */
function comparable(
  { differences = [] }: PeerCase,
  actual: readonly string[],
  expected: readonly string[],
): readonly [readonly string[], readonly string[]] {
  // dockerd 20.10 loses the times of a context's directories when it receives them.
  const timeless = (line: string) => line.replace(/( directory .*) (?:now|@[\d.]+)$/, '$1');
  const late = new Set(expected.filter((line) => / directory .* now$/.test(line)).map(timeless));
  const [left, right] = [actual, expected].map((lines) =>
    lines.map((line) => (late.has(timeless(line)) ? timeless(line) : line)),
  ) as [string[], string[]];
  const unlike = [...left.filter((line) => !right.includes(line)), ...right.filter((line) => !left.includes(line))];
  const patterns = differences.map(({ lines, why }) => {
    const pattern = new RegExp(lines);
    if (!unlike.some((line) => pattern.test(line))) throw new Error(`no such difference any more: ${lines} (${why})`);
    return pattern;
  });
  const kept = (line: string) => !patterns.some((pattern) => pattern.test(line));
  return [left.filter(kept), right.filter(kept)];
}

describe('the same Dockerfiles by Drydock and by dockerd', () => {
  const cases = readCases();

  test.each(cases.map((wanted) => [wanted.name, wanted] as const))('%s', async (_, wanted) => {
    const context = prepareContext(wanted);
    try {
      const [ours, theirs] = await Promise.all([
        buildByDrydock(engine.transport, wanted, context.path),
        wanted.peer === 'dockerd' ? buildByDockerd(dockerd, wanted, context.path) : undefined,
      ]);
      if (wanted.fails) {
        expect(failureOf(ours)).toContain(wanted.fails.drydock);
        if (theirs) expect(failureOf(theirs)).toContain(wanted.fails.peer);
        return;
      }
      // Of the configuration, what is the base's says nothing of the builder.
      const inherited = theirs ? [] : describeImage(base, base, since);
      const actual = linesOf(ours).filter((line) => !inherited.includes(line));
      const file = join(wanted.folder, 'expected.txt');
      if (!theirs && process.env.DRYDOCK_UPDATE_GOLDEN) writeFileSync(file, `${actual.join('\n')}\n`);
      if (!theirs && !existsSync(file)) throw new Error(`${file} is missing:\n${actual.join('\n')}`);
      const expected = theirs ? linesOf(theirs) : readFileSync(file, 'utf8').trimEnd().split('\n');
      const [left, right] = comparable(wanted, actual, expected);
      expect(left).toEqual(right);
    } finally {
      context.remove();
    }
  });
});
