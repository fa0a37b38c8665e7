// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are Dockerfile variables
import { describe, expect, test } from 'vitest';
import { interpretDockerfile } from '../interpret.ts';
import { parseDockerfile } from '../parse.ts';
import { isImageName } from './image-name.ts';
import { checkDockerfile, LINT_RULES, type LintOptions, lintDockerfile } from './lint.ts';

function lint(text: string, options: LintOptions = {}) {
  const ast = parseDockerfile(text);
  return lintDockerfile(ast, interpretDockerfile(ast), options);
}

/** `Rule line message` of each finding. */
function found(text: string, options?: LintOptions): readonly string[] {
  return lint(text, options).findings.map(({ rule, message, range }) => `${rule.name} ${range.start.line} ${message}`);
}

const known: LintOptions = { base: () => ({ variables: ['HOME'], shell: false, platform: 'linux/386' }) };
const withShell: LintOptions = { base: () => ({ variables: [], shell: true, platform: 'linux/386' }) };
const ignoring: LintOptions = { isIgnored: (path) => path.startsWith('tmp') || path === '.' };
const amd64: LintOptions = {
  base: () => ({ variables: [], shell: false, platform: 'linux/amd64' }),
  platform: 'linux/386',
};
const describing = '# check=experimental=InvalidDefinitionDescription;skip=all\n';

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
    [
      'FROM a AS b\nFrom b as c',
      ["ConsistentInstructionCasing 2 Command 'From' should match the case of the command majority (uppercase)"],
    ],
    ['arg A\nFROM a\nRUN b', []],
    ['FROM a AS b\nFROM a AS b', ['DuplicateStageName 2 Duplicate stage name "b", stage names should be unique']],
    ['FROM a AS scratch', ['ReservedStageName 1 Stage name should not use the same name as reserved stage "scratch"']],
    [
      'FROM a\nCMD x',
      ['JSONArgsRecommended 2 JSON arguments recommended for CMD to prevent unintended behavior related to OS signals'],
    ],
    [
      'from a\nentrypoint x',
      [
        'JSONArgsRecommended 2 JSON arguments recommended for entrypoint to prevent unintended behavior related to OS signals',
      ],
    ],
    ['FROM a\nSHELL ["/bin/bash", "-c"]\nENTRYPOINT x', []],
    ['FROM a AS b\nSHELL ["/bin/bash", "-c"]\nFROM b\nCMD x', []],
    ['FROM a\nCMD x', [], withShell],
    ['FROM a\nMAINTAINER m', ['MaintainerDeprecated 2 Maintainer instruction is deprecated in favor of using label']],
    [
      'FROM a\nWORKDIR x\nWORKDIR y\nWORKDIR /z',
      ['WorkdirRelativePath 2 Relative workdir "x" can have unexpected results if the base image changes'],
    ],
    ['FROM a AS b\nWORKDIR /y\nFROM b\nWORKDIR z', []],
    ['FROM a\nWORKDIR "/x"', []],
    ['FROM a\nWORKDIR $HOME', []],
    [
      'FROM scratch\nENV D=d\nWORKDIR $D/x',
      ['WorkdirRelativePath 3 Relative workdir "d/x" can have unexpected results if the base image changes'],
    ],
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
    ['FROM --platform=x86_64 a AS build_amd64', []],
    ['FROM --platform=$BUILDPLATFORM a', []],
    ['FROM --platform=linux/${TARGETARCH} a', []],
    [
      'FROM --platform=${TARGETPLATFORM:-x} a',
      [
        'RedundantTargetPlatform 1 Setting platform to predefined ${TARGETPLATFORM:-x} in FROM is redundant as this is the default behavior',
      ],
    ],
    [
      'FROM a\nARG API_KEY\nENV PUBLIC_KEY=x MY_TOKEN=y PASSWORD_FILE=/x KEY_VERSION=1 MONKEY=z',
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
      [
        "UndefinedArgInFrom 2 FROM argument 'VERSOIN' is not declared (did you mean VERSION?)",
        'InvalidDefaultArgInFrom 2 Default value for ARG a:$VERSOIN results in empty or invalid base image name',
      ],
    ],
    [
      'FROM a\nENV P=tcp/8000:80\nEXPOSE 127.0.0.1:80:80 8080:80 80 $P',
      [
        "ExposeInvalidFormat 3 EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1:80:80'",
        "ExposeInvalidFormat 3 EXPOSE instruction should not define an IP address or host-port mapping, found '8080:80'",
        "ExposeInvalidFormat 3 EXPOSE instruction should not define an IP address or host-port mapping, found 'tcp/8000:80'",
      ],
      known,
    ],
    [
      'FROM a AS b\nCOPY ./tmp/x ok /\nADD tmp.tar https://tmp/x /\nCOPY --from=b tmp /\nCOPY . /',
      [
        'CopyIgnoredFile 2 Attempting to Copy file "tmp/x" that is excluded by .dockerignore',
        'CopyIgnoredFile 3 Attempting to Add file "tmp.tar" that is excluded by .dockerignore',
        'CopyIgnoredFile 5 Attempting to Copy file "." that is excluded by .dockerignore',
      ],
      ignoring,
    ],
    [
      'FROM a AS b\nFROM b\nFROM --platform=linux/amd64 a AS amd64',
      [
        'InvalidBaseImagePlatform 1 Base image a was pulled with platform "linux/amd64", expected "linux/386" for current build',
      ],
      amd64,
    ],
    [
      `${describing}# not about it\nFROM a AS b\n# V is the version\nARG V\n# W is not it\nARG X\n# what\nARG Y Z\n# apart\n\nARG Q`,
      [
        'InvalidDefinitionDescription 3 Comment for FROM should follow the format: `# b <description>`',
        'InvalidDefinitionDescription 7 Comment for ARG should follow the format: `# X <description>`',
        'InvalidDefinitionDescription 9 Comment for ARG should follow the format: `# <arg_key> <description>`',
      ],
    ],
    ['# not about it\nFROM a AS b', []],
    [
      'ARG V\nFROM a:${V}',
      ['InvalidDefaultArgInFrom 2 Default value for ARG a:${V} results in empty or invalid base image name'],
    ],
    ['ARG V\nFROM a:${V:-1}', []],
    ['ARG V\nFROM a:${V-1}', []],
    [
      'ARG V\nFROM $V',
      ['InvalidDefaultArgInFrom 2 Default value for ARG $V results in empty or invalid base image name'],
      { buildArgs: { V: 'a' } },
    ],
    [
      'FROM a\nARG FOO\nCOPY $FOOO $HOME/\nENV X=$FOO Y=$X\nRUN echo $NOT_OURS',
      [
        "UndefinedVar 3 Usage of undefined variable '$FOOO' (did you mean $FOO?)",
        "UndefinedVar 4 Usage of undefined variable '$X'",
      ],
      known,
    ],
    [
      'FROM a\nCOPY --chown=$OWNER --exclude=$OUT <<E /x\n$IN "${HOME}" \\$NOT\nE\nRUN --mount=target=$M echo $SHELL\nCOPY <<"E" /y\n$RAW\nE',
      [
        "UndefinedVar 2 Usage of undefined variable '$OWNER'",
        "UndefinedVar 2 Usage of undefined variable '$OUT'",
        "UndefinedVar 2 Usage of undefined variable '$IN'",
        "UndefinedVar 5 Usage of undefined variable '$M'",
      ],
      known,
    ],
    ['ARG V\nFROM a\nARG V\nCOPY $V /', [], known],
    ['FROM a\nCOPY $FOO /', []],
    ['FROM a AS b\nARG FOO\nFROM b\nCOPY $FOO /', [], known],
    ['FROM a AS b\nENV FOO=1\nFROM b\nCOPY $FOO /', [], known],
    ['FROM scratch\nCOPY $FOO /', ["UndefinedVar 2 Usage of undefined variable '$FOO'"]],
  ])('%j', (text, expected, options) => {
    expect(found(text, options)).toEqual(expected);
  });
});

test('addresses are those of the documentation', () => {
  const slugs = LINT_RULES.map(({ url }) =>
    url.replace(/^https:\/\/docs\.docker\.com\/go\/dockerfile\/rule\/(.*)\/$/, '$1'),
  );
  expect(slugs.sort()).toEqual([
    'consistent-instruction-casing',
    'copy-ignored-file',
    'duplicate-stage-name',
    'expose-invalid-format',
    'expose-proto-casing',
    'from-as-casing',
    'from-platform-flag-const-disallowed',
    'invalid-base-image-platform',
    'invalid-default-arg-in-from',
    'invalid-definition-description',
    'json-args-recommended',
    'legacy-key-value-format',
    'maintainer-deprecated',
    'multiple-instructions-disallowed',
    'no-empty-continuation',
    'redundant-target-platform',
    'reserved-stage-name',
    'secrets-used-in-arg-or-env',
    'stage-name-casing',
    'undefined-arg-in-from',
    'undefined-var',
    'workdir-relative-path',
  ]);
});

describe('which rules count', () => {
  const text = 'FROM a AS B\nMAINTAINER m\n';

  test('the check directive skips rules, and makes findings errors', () => {
    expect(found(`# check=skip=StageNameCasing\n${text}`)).toHaveLength(1);
    expect(found(`# check=skip=all\n${text}`)).toEqual([]);
    expect(lint(text).failing).toBe(false);
    expect(lint(`# check=error=true;skip=MaintainerDeprecated\n${text}`)).toMatchObject({ failing: true });
    expect(lint(`# check=skip=all;error=true\n${text}`).failing).toBe(false);
  });

  test('a build argument goes before the directive', () => {
    const buildArgs = { BUILDKIT_DOCKERFILE_CHECK: 'skip=MaintainerDeprecated;error=1' };
    expect(found(`# check=skip=all\n${text}`, { buildArgs })).toEqual(
      ["StageNameCasing 1 Stage name 'B' should be lowercase"].map((finding) => finding.replace(' 1 ', ' 2 ')),
    );
    expect(lint(text, { buildArgs }).failing).toBe(true);
  });

  test('a comment above an instruction is about it alone', () => {
    const lines = ['# why it is so', '# check=skip=JSONArgsRecommended', 'CMD a', 'ENTRYPOINT b'];
    const findings = found(`FROM a\n${lines.join('\n')}`);
    expect(findings.map((finding) => finding.split(' ').slice(0, 2).join(' '))).toEqual(['JSONArgsRecommended 5']);
    expect(lint('FROM a\n# check=error=true\nCMD a').failing).toBe(true);
    expect(lint('FROM a\n# check=nonsense\nCMD a').findings).toHaveLength(1);
  });

  test('of stages that are not built, only FROM counts', () => {
    const stages = 'FROM a AS B\nENV MY_KEY k\nCMD x\nFROM a AS c\nCMD y';
    const names = lint(stages, { stages: [1] }).findings.map(({ rule, range }) => `${rule.name} ${range.start.line}`);
    expect(names).toEqual(['StageNameCasing 1', 'JSONArgsRecommended 5']);
  });

  test.each([
    ['nonsense', 'invalid check option "nonsense"'],
    ['skip=all;eror=true', 'invalid check option "eror"'],
    ['error=maybe', 'invalid check option "error=maybe"'],
  ])('# check=%s cannot be read', (value, message) => {
    const { error, findings } = checkDockerfile(`# check=${value}\nFROM a AS B`);
    expect(error?.message).toBe(`failed to parse check options: ${message}`);
    expect(error?.range?.start.line).toBe(1);
    expect(findings).toEqual([]);
  });
});

test('from the text alone: findings, or what keeps it from being built', () => {
  expect(checkDockerfile('FROM a AS B').findings).toMatchObject([{ rule: { name: 'StageNameCasing' } }]);
  expect(checkDockerfile('FROM a\nCPOY b c')).toMatchObject({
    findings: [],
    error: { suggestion: 'COPY', range: { start: { line: 2, column: 1 }, end: { line: 2, column: 5 } } },
  });
});

test('image names', () => {
  const good = `a a/b a.b/c:1 localhost/a localhost:5000/a/b:t a@sha256:${'f'.repeat(64)} HOST/a a__b-c.d [::1]:5000/a`;
  expect(good.split(' ').filter((name) => !isImageName(name))).toEqual([]);
  const bad = ['', 'a:', 'A', 'a/B', ':t', 'a//b', '-a', 'a b', 'a@sha256:1', 'f'.repeat(64), 'a:-', 'ä'];
  expect(bad.filter((name) => isImageName(name))).toEqual([]);
});
