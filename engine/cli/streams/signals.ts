/** Linux signals by number, without `SIG`. */
const NAMES: readonly string[] = [
  '',
  ...'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU'.split(
    ' ',
  ),
  ...'URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(' '),
];

export const SIGINT = 2;
export const SIGTERM = 15;

/** Signals that are about this process and are never passed on: a child's end, a broken pipe, a resize, preemption. */
const OWN = new Set(['CHLD', 'PIPE', 'URG', 'WINCH']);

/** The name to send to a container for a signal that the command got, or undefined if it is not passed on. */
export function forwardedSignal(signal: number): string | undefined {
  const name = NAMES[signal];
  return name && !OWN.has(name) ? name : undefined;
}
