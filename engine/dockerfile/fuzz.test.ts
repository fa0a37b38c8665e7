// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are Dockerfile variables
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DockerfileError } from './error.ts';
import { formatExcerpt } from './excerpt.ts';
import { expandWord, expandWords } from './expand.ts';
import { interpretDockerfile, readTrigger } from './interpret.ts';
import { checkDockerfile } from './lint/lint.ts';
import { parseDockerfile } from './parse.ts';
import type { SourceRange } from './range.ts';

/** Pieces that Dockerfiles are made of, and some that they should not be. */
const PIECES = (
  'FROM |from |RUN |COPY |ADD |ENV |ARG |LABEL |ONBUILD |HEALTHCHECK |CMD |ENTRYPOINT |SHELL |WORKDIR |EXPOSE |VOLUME |' +
  'USER |STOPSIGNAL |MAINTAINER |FORM |alpine|scratch| AS |x|A=1|A| |\t|"|\'|\\|`|$|${|}|${A:-|${A#|${A//|:|#|=|,|/|*|?|[|]|' +
  '["a"]|["a",1]|<<EOF|<<-"E"|3<<E|EOF|E|\n|\r\n|\\\n|`\n|--from=|--mount=type=cache,target=/x|--mount=from=$|--chown=|' +
  '--link|--parents|--exclude=*|--interval=1s|--platform=$X|--|-|80/TCP|1:2|é|\ud800|\u0000|\ufeff|# escape=`\n|' +
  '# check=skip=all\n|# check=x\n|CMD|NONE|all'
).split('|');

const dockerfile = fc
  .tuple(
    fc.constantFrom('', '', 'FROM a\n', '# escape=`\nFROM a\n', 'ARG A=1\nFROM $A AS b\n'),
    fc.array(
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...PIECES) },
        { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
      ),
      {
        maxLength: 24,
      },
    ),
  )
  .map(([head, pieces]) => head + pieces.join(''));

/** Text with what expansion looks at, and little else. */
const word = fc
  .array(
    fc.constantFrom(
      ...'a|b|A|B| |"|\'|\\|`|$|${|}|${A}|${B:-|${A:+|${B:?|${A#|${A##|${A%|${A%%|${A/|${A//|/|*|?|:|-|é|\ud800'.split(
        '|',
      ),
    ),
    { maxLength: 16 },
  )
  .map((pieces) => pieces.join(''));

const variables = new Map([
  ['A', 'a/b*a'],
  ['EMPTY', ''],
]);
const RUNS = { numRuns: 3000 };

/** What a function gives, or the DockerfileError that it throws; any other error is thrown on. */
function attempt<T>(work: () => T): T | DockerfileError {
  try {
    return work();
  } catch (error) {
    if (error instanceof DockerfileError) return error;
    throw error;
  }
}

function expectInside({ start, end }: SourceRange, text: string): void {
  const lines = text.split('\n');
  const ordered = start.line < end.line || (start.line === end.line && start.column <= end.column);
  const inside = [start, end].every(
    ({ line, column }) =>
      line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1,
  );
  if (!ordered || !inside) throw new Error(`range ${JSON.stringify({ start, end })}`);
}

describe('whatever the text', { timeout: 60_000 }, () => {
  test('reading and checking it throw nothing but a DockerfileError, and every place is in the text', () => {
    let read = 0;
    fc.assert(
      fc.property(dockerfile, (text) => {
        const ast = attempt(() => parseDockerfile(text));
        if (!(ast instanceof DockerfileError)) for (const { range } of ast.instructions) expectInside(range, text);
        const { error, findings } = checkDockerfile(text, {
          base: () => ({ variables: ['A'], shell: false, platform: 'linux/386' }),
          isIgnored: () => true,
          platform: 'linux/386',
        });
        if (!error) read++;
        for (const range of [...findings.map((finding) => finding.range), ...(error?.range ? [error.range] : [])]) {
          expectInside(range, text);
          expect(formatExcerpt('Dockerfile', text, range)).toContain('>>>');
        }
      }),
      RUNS,
    );
    // Otherwise the pieces make nothing but errors, and nothing is tested.
    expect(read).toBeGreaterThan(100);
  });

  test('what ONBUILD keeps can be read again', () => {
    fc.assert(
      fc.property(dockerfile, (text) => {
        const read = attempt(() => interpretDockerfile(parseDockerfile(text)));
        if (read instanceof DockerfileError || read.escape === '`') return;
        for (const instruction of read.stages.flatMap(({ instructions }) => instructions)) {
          if (instruction.kind !== 'ONBUILD') continue;
          const trigger =
            instruction.node.arguments.form === 'trigger' ? instruction.node.arguments.trigger : undefined;
          expect(readTrigger(instruction.expression).kind).toBe(trigger?.keyword.value.toUpperCase());
        }
      }),
      RUNS,
    );
  });
});

describe('whatever the word', { timeout: 60_000 }, () => {
  test('expanding it ends, with a value or a DockerfileError', () => {
    fc.assert(
      fc.property(word, fc.boolean(), fc.boolean(), (text, keepQuotes, display) => {
        attempt(() => expandWord(text, { variables, keepQuotes, display }));
        const words = attempt(() => expandWords(text, { variables }));
        if (!(words instanceof DockerfileError)) expect(words).not.toContain('');
      }),
      RUNS,
    );
  });

  test('single quotes keep it as it is; a backslash in front of each character does too', () => {
    fc.assert(
      fc.property(word, (text) => {
        expect(expandWord(`'${text.replaceAll("'", '')}'`, { variables })).toBe(text.replaceAll("'", ''));
        const escaped = Array.from(text, (char) => `\\${char}`).join('');
        expect(expandWord(escaped, { variables })).toBe(text);
      }),
      RUNS,
    );
  });

  test('what a pattern takes off at one end leaves the other end', () => {
    const pattern = fc.array(fc.constantFrom('a', 'b', '/', '*', '?'), { maxLength: 8 }).map((parts) => parts.join(''));
    const value = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12 });
    fc.assert(
      fc.property(pattern, value, (glob, text) => {
        const own = new Map([['X', text]]);
        const take = (operator: string) =>
          expandWord(`\${X${operator}${glob.replaceAll('/', '\\/')}}`, { variables: own });
        const regexp = (greedy: boolean) =>
          glob.replace(/[*?]/g, (char) => (char === '?' ? '.' : greedy ? '.*' : '.*?'));
        expect(take('#')).toBe(text.replace(new RegExp(`^${regexp(false)}`), ''));
        expect(take('##')).toBe(text.replace(new RegExp(`^${regexp(true)}`), ''));
        expect(text.startsWith(take('%'))).toBe(true);
        expect(take('%%').length).toBeLessThanOrEqual(take('%').length);
      }),
      RUNS,
    );
  });
});
