/** The input that leaves a container running and gives the terminal back; Docker's default. */
export const DEFAULT_DETACH_KEYS = 'ctrl-p,ctrl-q';

/**
 * Bytes of `--detach-keys` such as `ctrl-p,ctrl-q` or `a,b`. Throws RangeError at a key that is neither one
 * character nor `ctrl-` and one of `a-z@[\]^_`.
 */
export function detachKeyBytes(text: string): readonly number[] {
  return text.split(',').map((key) => {
    const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)?.[1];
    // A control character is the letter's code without its upper bits.
    if (control) return control.toUpperCase().charCodeAt(0) & 0x1f;
    if (key.length !== 1) throw new RangeError(`Unknown character: '${key}'`);
    return key.charCodeAt(0);
  });
}

/** Watches typed bytes for the detach keys, and holds back those that may be the start of them. */
export class EscapeFilter {
  readonly #keys: readonly number[];
  #matched = 0;

  constructor(keys: readonly number[]) {
    this.#keys = keys;
  }

  /** What may be sent on; `detached` once the keys are complete, and what follows them is dropped. */
  push(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly detached: boolean } {
    const passed: number[] = [];
    for (const byte of bytes) {
      if (byte === this.#keys[this.#matched]) {
        this.#matched++;
        if (this.#matched === this.#keys.length) return { bytes: Uint8Array.from(passed), detached: true };
        continue;
      }
      passed.push(...this.#keys.slice(0, this.#matched));
      // The byte that breaks one match may begin another.
      this.#matched = byte === this.#keys[0] ? 1 : 0;
      if (this.#matched === 0) passed.push(byte);
    }
    return { bytes: Uint8Array.from(passed), detached: false };
  }
}
