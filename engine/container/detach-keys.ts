import { invalidParameter } from './errors.ts';

/** What Docker's client sends when nobody chose otherwise: ctrl-p ctrl-q. */
const DEFAULT_KEYS: readonly number[] = [16, 17];

const CONTROL_EXTRA: Readonly<Record<string, number>> = {
  'ctrl-@': 0,
  'ctrl-[': 27,
  'ctrl-\\': 28,
  'ctrl-]': 29,
  'ctrl-^': 30,
  'ctrl-_': 31,
};

/** A detach sequence such as `ctrl-a,x` as bytes; empty text gives the default. Throws ContainerError. */
export function parseDetachKeys(text: string): readonly number[] {
  if (text === '') return DEFAULT_KEYS;
  return text.split(',').map((key) => {
    if (key.length === 1) return key.charCodeAt(0);
    const letter = /^ctrl-([a-z])$/.exec(key)?.[1];
    const code = letter === undefined ? CONTROL_EXTRA[key] : letter.charCodeAt(0) - 96;
    if (code === undefined) throw invalidParameter(`Invalid detach keys (${text}) provided`);
    return code;
  });
}

/** Watches what is typed for the detach sequence. Bytes that might begin it are held until that is clear. */
export class DetachWatcher {
  readonly #keys: readonly number[];
  #matched = 0;

  constructor(keys: readonly number[]) {
    this.#keys = keys;
  }

  /** What may pass on, and whether the sequence is complete (what follows it is dropped). */
  feed(data: Uint8Array): { readonly pass: Uint8Array; readonly detached: boolean } {
    const pass: number[] = [];
    for (const byte of data) {
      if (byte !== this.#keys[this.#matched]) {
        pass.push(...this.#keys.slice(0, this.#matched));
        this.#matched = 0;
      }
      if (byte !== this.#keys[this.#matched]) {
        pass.push(byte);
        continue;
      }
      this.#matched += 1;
      if (this.#matched === this.#keys.length) return { pass: Uint8Array.from(pass), detached: true };
    }
    return { pass: Uint8Array.from(pass), detached: false };
  }
}
