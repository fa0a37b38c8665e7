import { invalidParameter } from './errors.ts';

/** Linux signal numbers on x86 (signal(7)). */
const SIGNALS: Readonly<Record<string, number>> = {
  ABRT: 6,
  ALRM: 14,
  BUS: 7,
  CHLD: 17,
  CLD: 17,
  CONT: 18,
  FPE: 8,
  HUP: 1,
  ILL: 4,
  INT: 2,
  IO: 29,
  IOT: 6,
  KILL: 9,
  PIPE: 13,
  POLL: 29,
  PROF: 27,
  PWR: 30,
  QUIT: 3,
  SEGV: 11,
  STKFLT: 16,
  STOP: 19,
  SYS: 31,
  TERM: 15,
  TRAP: 5,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  USR1: 10,
  USR2: 12,
  VTALRM: 26,
  WINCH: 28,
  XCPU: 24,
  XFSZ: 25,
  RTMIN: 34,
  RTMAX: 64,
};

export const SIGKILL = 9;
export const SIGTERM = 15;

/** A signal by number or name, with or without `SIG`, in any case. Throws ContainerError for anything else. */
export function parseSignal(text: string): number {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    if (number > 0 && number <= 64) return number;
    throw invalidParameter(`Invalid signal: ${text}`);
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  const realtime = /^(RTMIN\+|RTMAX-)(\d+)$/.exec(name);
  if (realtime) {
    const number = realtime[1] === 'RTMIN+' ? 34 + Number(realtime[2]) : 64 - Number(realtime[2]);
    if (number >= 34 && number <= 64) return number;
  }
  const number = SIGNALS[name];
  if (number === undefined) throw invalidParameter(`Invalid signal: ${text}`);
  return number;
}
