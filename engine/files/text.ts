/**
 * File names are bytes, mostly UTF-8: on the wire to the guest, in archives, in symbolic links. Bytes that are not valid
 * UTF-8 become lone surrogates U+DC80 to U+DCFF and back again (as Python's `surrogateescape` does), so that every name
 * that a guest can make and an archive can carry survives.
 */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

const escapeBase = 0xdc00;

export function decodeText(bytes: Uint8Array): string {
  let ascii = '';
  for (const byte of bytes) {
    if (byte >= 0x80) return decodeWide(bytes);
    ascii += String.fromCharCode(byte);
  }
  return ascii;
}

function decodeWide(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return decodeInvalid(bytes);
  }
}

function decodeInvalid(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number;
    const length = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const sequence = bytes.subarray(at, at + length);
    try {
      if (length === 0 || sequence.length < length) throw new TypeError();
      text += decoder.decode(sequence);
      at += length;
    } catch {
      text += String.fromCharCode(escapeBase + first);
      at += 1;
    }
  }
  return text;
}

const isEscape = (unit: number): boolean => unit >= escapeBase + 0x80 && unit <= escapeBase + 0xff;

/** Bytes that {@link encodeText} may need for a text. */
export const encodedBound = (text: string): number => text.length * 3;

/** Writes a text into `target` from `offset`, which must have {@link encodedBound} bytes left. Gives the bytes written. */
export function encodeText(text: string, target: Uint8Array, offset: number): number {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return index + encodeWide(text.slice(index), target, offset + index);
    target[offset + index] = unit;
  }
  return text.length;
}

function encodeWide(text: string, target: Uint8Array, offset: number): number {
  let at = offset;
  // By code points, so that only a surrogate without its pair can look like an escape.
  for (const character of text) {
    const unit = character.charCodeAt(0);
    if (character.length === 1 && isEscape(unit)) {
      target[at] = unit - escapeBase;
      at += 1;
    } else at += encoder.encodeInto(character, target.subarray(at)).written;
  }
  return at - offset;
}

/** A text's bytes. */
export function textBytes(text: string): Uint8Array {
  const buffer = new Uint8Array(encodedBound(text));
  return buffer.subarray(0, encodeText(text, buffer, 0));
}
