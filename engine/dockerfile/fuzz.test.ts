// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are Dockerfile variables
import { expect, test } from 'vitest';
import { DockerfileError } from './error.ts';
import { expandWord } from './expand.ts';
import { interpretDockerfile } from './interpret.ts';
import { lintDockerfile } from './lint/lint.ts';
import { parseDockerfile } from './parse.ts';

/** Pieces that Dockerfiles are made of, and some that they should not be. */
const PIECES = (
  'FROM |from |RUN |COPY |ADD |ENV |ARG |LABEL |ONBUILD |HEALTHCHECK |CMD |ENTRYPOINT |SHELL |WORKDIR |EXPOSE |VOLUME |' +
  'USER |STOPSIGNAL |FORM |alpine|scratch| AS |x|A=1|A| |\t|"|\'|\\|`|$|${|}|${A:-|:|#|=|,|/|*|[|]|["a"]|["a",1]|<<EOF|' +
  '<<-"E"|EOF|E|--from=|--mount=type=cache,target=/x|--chown=|--|-|é|\ud800|\u0000|# escape=`|# check=skip=all|CMD|NONE'
).split('|');

/** Small and seeded, so that a failure comes again (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function generate(seed: number): string {
  const random = randomOf(seed);
  let text = random(3) === 0 ? '' : 'FROM a\n';
  for (let count = random(14); count > 0; count--) {
    text += random(6) === 0 ? '\n' : (PIECES[random(PIECES.length)] ?? '');
  }
  return text;
}

test('whatever is read, the answer is a Dockerfile or a DockerfileError with a place in the text', () => {
  let read = 0;
  for (let seed = 0; seed < 3000; seed++) {
    const text = generate(seed);
    try {
      const ast = parseDockerfile(text);
      for (const { range } of ast.instructions) expectInside(range, text);
      lintDockerfile(ast, interpretDockerfile(ast), { baseEnvironment: () => [] });
      read++;
    } catch (error) {
      if (!(error instanceof DockerfileError))
        throw new Error(`seed ${seed}: ${JSON.stringify(text)}`, { cause: error });
      if (error.range) expectInside(error.range, text);
    }
    try {
      expandWord(text, { variables: new Map([['A', 'a']]) });
    } catch (error) {
      if (!(error instanceof DockerfileError))
        throw new Error(`seed ${seed}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
  // Otherwise the pieces make nothing but errors, and nothing is tested.
  expect(read).toBeGreaterThan(300);
});

function expectInside({ start, end }: NonNullable<DockerfileError['range']>, text: string): void {
  const lines = text.split('\n');
  const ordered = start.line < end.line || (start.line === end.line && start.column <= end.column);
  const inside = [start, end].every(({ line, column }) => column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 2);
  if (!ordered || !inside) throw new Error(`range ${JSON.stringify({ start, end })} of ${JSON.stringify(text)}`);
}
