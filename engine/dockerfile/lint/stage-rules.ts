import { type LintSubject, rule, type Violation } from './rule.ts';
import { globalVariables, scopedInstructions, tryExpand, variablesIn } from './scope.ts';

const RESERVED = ['scratch', 'context'];

function* duplicateStageName({ dockerfile }: LintSubject): Iterable<Violation> {
  const seen = new Set<string>();
  for (const { name, from } of dockerfile.stages) {
    if (name === undefined) continue;
    if (seen.has(name)) {
      yield {
        message: `Duplicate stage name ${JSON.stringify(name)}, stage names should be unique`,
        range: from.range,
      };
    }
    seen.add(name);
  }
}

function* reservedStageName({ dockerfile }: LintSubject): Iterable<Violation> {
  for (const { name, from } of dockerfile.stages) {
    if (name === undefined || !RESERVED.includes(name)) continue;
    const message = `Stage name should not use the same name as reserved stage ${JSON.stringify(name)}`;
    yield { message, range: from.range };
  }
}

function* redundantTargetPlatform(subject: LintSubject): Iterable<Violation> {
  const { dockerfile } = subject;
  const globals = globalVariables(subject, true);
  for (const { from } of dockerfile.stages) {
    if (!from.platform) continue;
    const used = [...variablesIn(from.platform, globals, dockerfile)];
    const alone = used.length === 1 && used[0]?.[0] === 'TARGETPLATFORM' && used[0][1];
    if (!alone || tryExpand(from.platform, globals, dockerfile) !== globals.get('TARGETPLATFORM')) continue;
    const why = 'in FROM is redundant as this is the default behavior';
    yield { message: `Setting platform to predefined ${from.platform.value} ${why}`, range: from.range };
  }
}

/** Names of platforms that go by another too (OCI image-spec, config.md, `architecture`). */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  i386: '386',
  i686: '386',
  x86_64: 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  armel: 'arm',
};

function* constantPlatform({ dockerfile }: LintSubject): Iterable<Violation> {
  for (const { from, name = '' } of dockerfile.stages) {
    const platform = from.platform?.value;
    if (platform === undefined || !/^[\w-]+(?:\/[\w-]+){0,2}$/.test(platform)) continue;
    const [first = '', second] = platform.split('/');
    const os = second === undefined ? 'linux' : first;
    const architecture = second ?? first;
    // A stage named after its platform is one of several, each for its own.
    if (name.includes(os) || name.includes(ARCHITECTURES[architecture] ?? architecture)) continue;
    const message = `FROM --platform flag should not use constant value ${JSON.stringify(platform)}`;
    yield { message, range: from.range };
  }
}

function* multipleInstructions({ stages }: LintSubject): Iterable<Violation> {
  for (const { instructions } of stages) {
    for (const [index, { kind, range }] of instructions.entries()) {
      if (kind !== 'CMD' && kind !== 'ENTRYPOINT' && kind !== 'HEALTHCHECK') continue;
      const next = instructions.slice(index + 1).find((later) => later.kind === kind);
      if (!next) continue;
      const why = 'should not be used in the same stage because only the last one will be used';
      // The place is that of the one that does not count, the spelling that of the one that does.
      yield { message: `Multiple ${next.node.keyword.value} instructions ${why}`, range };
    }
  }
}

function* workdirRelativePath(subject: LintSubject): Iterable<Violation> {
  for (const { instruction, scope } of scopedInstructions(subject)) {
    if (instruction.kind !== 'WORKDIR' || scope.hasWorkdir) continue;
    // Where it is not known what is set, a variable may come to anything.
    if (!scope.variables && instruction.path.value.includes('$')) continue;
    const path = tryExpand(instruction.path, scope.variables ?? new Map(), subject.dockerfile);
    if (path === undefined || path.startsWith('/')) continue;
    const message = `Relative workdir ${JSON.stringify(path)} can have unexpected results if the base image changes`;
    yield { message, range: instruction.range };
  }
}

export const STAGE_RULES = [
  rule('DuplicateStageName', 'Stage names should be unique', duplicateStageName),
  rule('ReservedStageName', 'Reserved words should not be used as stage names', reservedStageName),
  rule(
    'RedundantTargetPlatform',
    'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
    redundantTargetPlatform,
  ),
  rule('FromPlatformFlagConstDisallowed', 'FROM --platform flag should not use a constant value', constantPlatform),
  rule(
    'MultipleInstructionsDisallowed',
    'Multiple instructions of the same type should not be used in the same stage',
    multipleInstructions,
  ),
  rule(
    'WorkdirRelativePath',
    'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes',
    workdirRelativePath,
  ),
];
