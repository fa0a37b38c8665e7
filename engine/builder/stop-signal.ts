const NAMES: ReadonlySet<string> = new Set(
  (
    'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP ' +
    'TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX'
  ).split(' '),
);

/** Whether Docker takes a text as a signal: any number but 0, or a Linux name with or without `SIG`, `RTMIN+n` included. */
export function isSignal(text: string): boolean {
  if (/^[+-]?\d+$/.test(text)) return Number(text) !== 0;
  const name = text.toUpperCase().replace(/^SIG/, '');
  const realTime = /^(?:RTMIN\+(\d+)|RTMAX-(\d+))$/.exec(name);
  if (realTime) return Number(realTime[1] ?? realTime[2]) <= (realTime[1] === undefined ? 14 : 15);
  return NAMES.has(name);
}
