import { type LintSubject, rule, type Violation } from './rule.ts';
import { globalVariables, scopedInstructions, tryExpand } from './scope.ts';

/** What only who has the build's context and images can tell. */

const REMOTE = /^(?:https?:\/\/|git@|git:\/\/|ssh:\/\/)/;

function* copyIgnoredFile(subject: LintSubject): Iterable<Violation> {
  const { isIgnored, dockerfile } = subject;
  if (!isIgnored) return;
  for (const { instruction, scope } of scopedInstructions(subject)) {
    if (instruction.kind !== 'ADD' && !(instruction.kind === 'COPY' && !instruction.from)) continue;
    for (const source of instruction.sources) {
      const path = tryExpand(source, scope.variables ?? new Map(), dockerfile);
      if (path === undefined || REMOTE.test(path) || !isIgnored(clean(path))) continue;
      const verb = instruction.kind === 'ADD' ? 'Add' : 'Copy';
      const message = `Attempting to ${verb} file ${JSON.stringify(clean(path))} that is excluded by .dockerignore`;
      yield { message, range: instruction.range };
    }
  }
}

/** As Go's `filepath.Clean` of a path in the context, and no slash in front. */
function clean(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names.join('/') || '.';
}

function* invalidBaseImagePlatform(subject: LintSubject): Iterable<Violation> {
  const { dockerfile, stages, base, platform } = subject;
  const globals = globalVariables(subject, true);
  for (const { index, from } of stages) {
    const image = tryExpand(from.image, globals, dockerfile) ?? '';
    if (dockerfile.stages.slice(0, index).some(({ name }) => name === image)) continue;
    const expected = from.platform ? tryExpand(from.platform, globals, dockerfile) : platform;
    const actual = base(image)?.platform;
    if (actual === undefined || expected === undefined || actual === expected) continue;
    const wanted = `expected ${JSON.stringify(expected)} for current build`;
    const message = `Base image ${image} was pulled with platform ${JSON.stringify(actual)}, ${wanted}`;
    yield { message, range: from.range };
  }
}

export const CONTEXT_RULES = [
  rule('CopyIgnoredFile', 'Attempting to Copy file that is excluded by .dockerignore', copyIgnoredFile),
  rule(
    'InvalidBaseImagePlatform',
    'Base image platform does not match expected target platform',
    invalidBaseImagePlatform,
  ),
];
