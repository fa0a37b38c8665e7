import { DockerfileError } from '../error.ts';
import { expandWords } from '../expand.ts';
import type { SourceRange } from '../range.ts';
import { type LintSubject, rule, type Violation } from './rule.ts';
import { scopedInstructions } from './scope.ts';

/** Ports as EXPOSE comes to, with the instruction's range. */
function* exposed(subject: LintSubject): Iterable<{ readonly port: string; readonly range: SourceRange }> {
  const { escape: escapeChar } = subject.dockerfile;
  for (const { instruction, scope } of scopedInstructions(subject)) {
    if (instruction.kind !== 'EXPOSE') continue;
    for (const { value } of instruction.ports) {
      try {
        const ports = expandWords(value, { variables: scope.variables ?? new Map(), escape: escapeChar });
        for (const port of ports) yield { port, range: instruction.range };
      } catch (error) {
        if (!(error instanceof DockerfileError)) throw error;
      }
    }
  }
}

function* exposeProtoCasing(subject: LintSubject): Iterable<Violation> {
  for (const { port, range } of exposed(subject)) {
    const protocol = port.split('/')[1] ?? '';
    if (protocol === protocol.toLowerCase()) continue;
    yield { message: `Defined protocol '${port}' in EXPOSE instruction should be lowercase`, range };
  }
}

function* exposeInvalidFormat(subject: LintSubject): Iterable<Violation> {
  for (const { port, range } of exposed(subject)) {
    if (!/[^:]:|^:.*:/.test(port)) continue;
    const rule = 'EXPOSE instruction should not define an IP address or host-port mapping';
    yield { message: `${rule}, found '${port}'`, range };
  }
}

export const EXPOSE_RULES = [
  rule('ExposeProtoCasing', 'Protocol in EXPOSE instruction should be lowercase', exposeProtoCasing),
  rule(
    'ExposeInvalidFormat',
    'IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release',
    exposeInvalidFormat,
  ),
];
