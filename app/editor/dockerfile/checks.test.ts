import { describe, expect, it } from 'vitest';
import { LINT_RULES } from '../../../engine/dockerfile/index.ts';
import { findingsIn, textIn } from './checks.ts';
import { fixFor } from './fixes.ts';

/** `severity rule: the text under the squiggle`. */
const squiggles = (text: string) =>
  findingsIn(text).map(({ severity, rule, range }) => `${severity} ${rule?.name ?? '-'}: ${textIn(text, range)}`);

/** The text once every finding that can be mended has been, one after the other. */
function mended(text: string): string {
  for (const finding of findingsIn(text)) {
    const fix = fixFor(finding, textIn(text, finding.range));
    if (!fix) continue;
    const lines = text.split('\n');
    const { start, end } = finding.range;
    const line = lines[start.line - 1] ?? '';
    lines[start.line - 1] = line.slice(0, start.column - 1) + fix.text + line.slice(end.column - 1);
    return mended(lines.join('\n'));
  }
  return text;
}

describe('findingsIn', () => {
  it('has nothing to say of a Dockerfile in order, nor of an empty one', () => {
    expect(squiggles('FROM alpine:latest\nCOPY . .\nCMD ["./app"]\n')).toEqual([]);
    expect(squiggles('')).toEqual([]);
    expect(squiggles('# soon\n')).toEqual([]);
  });

  it('points at what cannot be read, and says what may have been meant', () => {
    const text = 'FROM alpine\n  COPPY . .\n';
    expect(squiggles(text)).toEqual(['error -: COPPY']);
    expect(findingsIn(text)[0]?.message).toContain('unknown instruction: COPPY (did you mean COPY?)');
  });

  it('points at the word that a build check names, and links to its page', () => {
    const text = 'FROM alpine as Build\nRUN true\ncmd true\n';
    expect(squiggles(text)).toEqual([
      'warning StageNameCasing: Build',
      'warning FromAsCasing: as',
      'warning ConsistentInstructionCasing: cmd',
      'warning JSONArgsRecommended: cmd true',
    ]);
    const known = new Map(LINT_RULES.map(({ name, url }) => [name, url]));
    for (const { rule } of findingsIn(text)) expect(rule?.url).toBe(known.get(rule?.name ?? ''));
  });

  it('points at the first line of an instruction of several', () => {
    expect(squiggles('FROM alpine\nENTRYPOINT one && \\\n  two\n')).toEqual([
      'warning JSONArgsRecommended: ENTRYPOINT one && \\',
    ]);
  });

  it('knows the variables of base images that are here', () => {
    const text = 'FROM alpine\nWORKDIR /$HERE\nWORKDIR /$PATH\n';
    const base = () => ({ variables: [] });
    expect(findingsIn(text)).toEqual([]);
    expect(findingsIn(text, { base }).map(({ message }) => message)).toEqual(["Usage of undefined variable '$HERE'"]);
  });

  it('takes the word of the check directive', () => {
    expect(squiggles('# check=error=true\nFROM alpine\nCMD true\n')).toEqual(['error JSONArgsRecommended: CMD true']);
    expect(squiggles('# check=skip=all\nFROM alpine\nCMD true\n')).toEqual([]);
  });
});

describe('fixFor', () => {
  it.each([
    ['FROM alpine\nCOPPY . .\n', 'FROM alpine\nCOPY . .\n'],
    ['FROM alpine\nCOPY --chwon=1:1 . .\n', 'FROM alpine\nCOPY --chown=1:1 . .\n'],
    ['FROM alpine as Build\nRUN true\n', 'FROM alpine AS build\nRUN true\n'],
    ['FROM alpine\nRUN true\ncopy . .\n', 'FROM alpine\nRUN true\nCOPY . .\n'],
    ['from alpine\nrun true\nCOPY . .\n', 'from alpine\nrun true\ncopy . .\n'],
    ['FROM alpine\nEXPOSE 80/TCP\n', 'FROM alpine\nEXPOSE 80/tcp\n'],
    ['FROM alpine\nCMD ./app  -v\n', 'FROM alpine\nCMD ["./app", "-v"]\n'],
    ['FROM alpine\nENV GREETING hello there\n', 'FROM alpine\nENV GREETING="hello there"\n'],
    ['FROM alpine\nMAINTAINER me <me@here>\n', 'FROM alpine\nLABEL org.opencontainers.image.authors="me <me@here>"\n'],
  ])('mends %j', (text, expected) => {
    expect(mended(text)).toBe(expected);
    expect(findingsIn(expected)).toEqual([]);
  });

  it.each(['FROM alpine\nCMD ./app && echo $HOME\n', 'FROM alpine\nENV A "b" c\n', 'FROM alpine\nWORKDIR here\n'])(
    'leaves alone what it could get wrong: %j',
    (text) => {
      expect(findingsIn(text)).toHaveLength(1);
      expect(mended(text)).toBe(text);
    },
  );
});
