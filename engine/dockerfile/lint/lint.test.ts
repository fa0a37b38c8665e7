// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are Dockerfile variables
import { describe, expect, test } from 'vitest';
import { interpretDockerfile } from '../interpret.ts';
import { parseDockerfile } from '../parse.ts';
import { LINT_RULES, type LintOptions, lintDockerfile } from './lint.ts';

function lint(text: string, options: LintOptions = {}) {
  const ast = parseDockerfile(text);
  return lintDockerfile(ast, interpretDockerfile(ast), options);
}

/** `Rule line message` of each finding. */
function found(text: string, options?: LintOptions): readonly string[] {
  return lint(text, options).findings.map(({ rule, message, range }) => `${rule.name} ${range.start.line} ${message}`);
}

const known: LintOptions = { baseEnvironment: () => ['PATH', 'HOME'] };

describe('each rule finds what it is for, and nothing in its absence', () => {
  test.each<[string, readonly string[], LintOptions?]>([
    ['FROM a AS Base', ["StageNameCasing 1 Stage name 'Base' should be lowercase"]],
    ['FROM a as base', ["FromAsCasing 1 'as' and 'FROM' keywords' casing do not match"]],
    [
      'FROM a\nrun b\nRUN c',
      ["ConsistentInstructionCasing 2 Command 'run' should match the case of the command majority (uppercase)"],
    ],
    [
      'from a\nrun b\nRun c',
      ["ConsistentInstructionCasing 3 Command 'Run' should match the case of the command majority (lowercase)"],
    ],
    ['from a as b\nrun c', []],
    ['FROM a AS b\nFROM a AS b', ['DuplicateStageName 2 Duplicate stage name "b", stage names should be unique']],
    ['FROM a AS scratch', ['ReservedStageName 1 Stage name should not use the same name as reserved stage "scratch"']],
    [
      'FROM a\nCMD x',
      ['JSONArgsRecommended 2 JSON arguments recommended for CMD to prevent unintended behavior related to OS signals'],
    ],
    ['FROM a\nSHELL ["/bin/bash", "-c"]\nENTRYPOINT x', []],
    ['FROM a\nMAINTAINER m', ['MaintainerDeprecated 2 Maintainer instruction is deprecated in favor of using label']],
    [
      'FROM a\nWORKDIR x\nWORKDIR /y\nWORKDIR z',
      ['WorkdirRelativePath 2 Relative workdir "x" can have unexpected results if the base image changes'],
    ],
    ['FROM a AS b\nWORKDIR /y\nFROM b\nWORKDIR z', []],
    [
      'FROM a\nENV A b\nLABEL c d',
      [
        'LegacyKeyValueFormat 2 "ENV key=value" should be used instead of legacy "ENV key value" format',
        'LegacyKeyValueFormat 3 "LABEL key=value" should be used instead of legacy "LABEL key value" format',
      ],
    ],
    ['FROM a\nRUN b && \\\n\n c', ['NoEmptyContinuation 2 Empty continuation line']],
    [
      'FROM a\nCMD ["x"]\nCMD ["y"]',
      [
        'MultipleInstructionsDisallowed 2 Multiple CMD instructions should not be used in the same stage because only the last one will be used',
      ],
    ],
    [
      'FROM --platform=$TARGETPLATFORM a',
      [
        'RedundantTargetPlatform 1 Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
      ],
    ],
    [
      'FROM --platform=linux/amd64 a',
      ['FromPlatformFlagConstDisallowed 1 FROM --platform flag should not use constant value "linux/amd64"'],
    ],
    ['FROM --platform=linux/amd64 a AS build_amd64', []],
    [
      'FROM a\nARG API_KEY\nENV PUBLIC_KEY=x MY_TOKEN=y',
      [
        'SecretsUsedInArgOrEnv 2 Do not use ARG or ENV instructions for sensitive data (ARG "API_KEY")',
        'SecretsUsedInArgOrEnv 3 Do not use ARG or ENV instructions for sensitive data (ENV "MY_TOKEN")',
      ],
    ],
    [
      'FROM a\nEXPOSE 80/TCP 53/udp',
      ["ExposeProtoCasing 2 Defined protocol '80/TCP' in EXPOSE instruction should be lowercase"],
    ],
    [
      'ARG VERSION=1\nFROM a:$VERSOIN',
      ["UndefinedArgInFrom 2 FROM argument 'VERSOIN' is not declared (did you mean VERSION?)"],
    ],
    [
      'ARG V\nFROM a:${V}',
      ['InvalidDefaultArgInFrom 2 Default value for ARG a:${V} results in empty or invalid base image name'],
    ],
    ['ARG V\nFROM a:${V:-1}', []],
    [
      'FROM a\nARG FOO\nCOPY $FOOO $HOME/\nENV X=$FOO Y=$X\nRUN echo $NOT_OURS',
      [
        "UndefinedVar 3 Usage of undefined variable '$FOOO' (did you mean $FOO?)",
        "UndefinedVar 4 Usage of undefined variable '$X'",
      ],
      known,
    ],
    ['FROM a\nCOPY $FOO /', []],
    ['FROM a AS b\nARG FOO\nFROM b\nCOPY $FOO /', [], known],
    ['FROM a AS b\nENV FOO=1\nFROM b\nCOPY $FOO /', [], known],
    ['FROM scratch\nCOPY $FOO /', ["UndefinedVar 2 Usage of undefined variable '$FOO'"]],
  ])('%j', (text, expected, options) => {
    expect(found(text, options)).toEqual(expected);
  });
});

test('addresses are those of the documentation', () => {
  const urls = LINT_RULES.map(({ url }) => url.replace(/^.*\/rule\/(.*)\/$/, '$1'));
  expect(urls).toEqual(
    expect.arrayContaining([
      'json-args-recommended',
      'undefined-arg-in-from',
      'secrets-used-in-arg-or-env',
      'from-as-casing',
    ]),
  );
  expect(new Set(urls).size).toBe(LINT_RULES.length);
});

test('the check directive skips rules, and makes findings errors', () => {
  const text = 'FROM a AS B\nMAINTAINER m\n';
  expect(found(`# check=skip=StageNameCasing\n${text}`)).toHaveLength(1);
  expect(found(`# check=skip=all\n${text}`)).toEqual([]);
  expect(lint(text).failing).toBe(false);
  expect(lint(`# check=error=true;skip=MaintainerDeprecated\n${text}`)).toMatchObject({ failing: true });
  expect(lint(`# check=skip=all;error=true\n${text}`).failing).toBe(false);
});
