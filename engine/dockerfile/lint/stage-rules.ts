import { type LintSubject, rule, type Violation } from './rule.ts';

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

function* redundantTargetPlatform({ dockerfile }: LintSubject): Iterable<Violation> {
  for (const { from } of dockerfile.stages) {
    const platform = from.platform?.value;
    if (platform !== '$TARGETPLATFORM' && platform !== `\${TARGETPLATFORM}`) continue;
    const why = 'in FROM is redundant as this is the default behavior';
    yield { message: `Setting platform to predefined ${platform} ${why}`, range: from.range };
  }
}

function* constantPlatform({ dockerfile }: LintSubject): Iterable<Violation> {
  for (const { from, name } of dockerfile.stages) {
    const platform = from.platform?.value;
    if (platform === undefined || platform.includes('$')) continue;
    // A stage named after its platform is one of several, each for its own.
    if (platform.split('/').some((part) => name?.includes(part))) continue;
    const message = `FROM --platform flag should not use constant value ${JSON.stringify(platform)}`;
    yield { message, range: from.range };
  }
}

function* multipleInstructions({ dockerfile }: LintSubject): Iterable<Violation> {
  for (const { instructions } of dockerfile.stages) {
    for (const [index, { kind, range }] of instructions.entries()) {
      if (kind !== 'CMD' && kind !== 'ENTRYPOINT' && kind !== 'HEALTHCHECK') continue;
      if (!instructions.slice(index + 1).some((later) => later.kind === kind)) continue;
      const why = 'should not be used in the same stage because only the last one will be used';
      yield { message: `Multiple ${kind} instructions ${why}`, range };
    }
  }
}

/** Whether each stage has an absolute WORKDIR, its base stages' included. */
function* workdirRelativePath({ dockerfile }: LintSubject): Iterable<Violation> {
  const absolute = new Map<string, boolean>();
  for (const { from, name, instructions } of dockerfile.stages) {
    let seen = absolute.get(from.image.value.toLowerCase()) ?? false;
    for (const instruction of instructions) {
      if (instruction.kind !== 'WORKDIR') continue;
      const path = instruction.path.value;
      if (/^["']?[/$]/.test(path)) seen = true;
      else if (!seen) {
        const message = `Relative workdir ${JSON.stringify(path)} can have unexpected results if the base image changes`;
        yield { message, range: instruction.range };
      }
    }
    if (name !== undefined) absolute.set(name, seen);
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
