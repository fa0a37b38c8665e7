import { BuildError } from './errors.ts';

/** Gives a file's new permission bits from its old ones. */
export type ModeChange = (mode: number, isDirectory: boolean) => number;

const WHO_BITS: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };
const PERMISSION_BITS: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, s: 0o6000, t: 0o1000 };

/**
 * Reads `--chmod`: octal (`755`) or symbolic as for chmod(1) (`u+x,go-w`, `a=rX`).
 * @throws BuildError `invalid`
 */
export function parseChmod(text: string): ModeChange {
  if (/^[0-9]+$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    if (!/^[0-7]+$/.test(text) || mode > 0o7777) throw invalid(text);
    return () => mode;
  }
  const clauses = text.split(',').map((clause) => parseClause(clause, text));
  return (mode, isDirectory) => clauses.reduce((current, apply) => apply(current, isDirectory), mode);
}

function parseClause(clause: string, text: string): ModeChange {
  const match = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause);
  if (!match) throw invalid(text);
  const who = Array.from(match[1] || 'a').reduce((bits, letter) => bits | (WHO_BITS[letter] ?? 0), 0);
  const actions = [...(match[2] ?? '').matchAll(/([-+=])([ugo]|[rwxXst]*)/g)];
  return (mode, isDirectory) =>
    actions.reduce((current, [, operator, permissions = '']) => {
      const bits = bitsOf(permissions, current, isDirectory) & who;
      if (operator === '+') return current | bits;
      if (operator === '-') return current & ~bits;
      return (current & ~who) | bits;
    }, mode);
}

function bitsOf(permissions: string, mode: number, isDirectory: boolean): number {
  const copied = { u: mode >> 6, g: mode >> 3, o: mode }[permissions];
  if (copied !== undefined) return (copied & 7) * 0o111;
  let bits = 0;
  for (const letter of permissions) {
    if (letter !== 'X') bits |= PERMISSION_BITS[letter] ?? 0;
    else if (isDirectory || (mode & 0o111) !== 0) bits |= 0o111;
  }
  return bits;
}

function invalid(text: string): BuildError {
  const message = `invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`;
  return new BuildError('invalid', message);
}
