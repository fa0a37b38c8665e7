/** Bigger files are shown as what they are: the editor is for what people write. */
const MAX_TEXT_BYTES = 1_000_000;

export interface FileContent {
  readonly text: string | null;
  readonly size: number;
  readonly what: string | null;
}

/** Text if the bytes are valid UTF-8 without NUL, else words about what they are. */
export function fileContent(bytes: Uint8Array): FileContent {
  const size = bytes.length;
  if (size > MAX_TEXT_BYTES) return { text: null, size, what: whatIs(bytes) };
  if (bytes.includes(0)) return { text: null, size, what: whatIs(bytes) };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), size, what: null };
  } catch {
    return { text: null, size, what: whatIs(bytes) };
  }
}

const MAGIC: readonly (readonly [readonly number[], string])[] = [
  [[0x1f, 0x8b], 'A gzip-compressed file'],
  [[0x50, 0x4b, 0x03, 0x04], 'A zip archive'],
  [[0x89, 0x50, 0x4e, 0x47], 'A PNG picture'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'A zstd-compressed file'],
];

const ELF = [0x7f, 0x45, 0x4c, 0x46];
/** e_machine at offset 18 of an ELF header, little-endian. */
const ELF_MACHINES: Readonly<Record<number, string>> = { 3: 'i386', 40: 'ARM', 62: 'x86-64', 183: 'AArch64' };

function whatIs(bytes: Uint8Array): string {
  const starts = (magic: readonly number[]) => magic.every((byte, index) => bytes[index] === byte);
  if (starts(ELF)) {
    const machine = ELF_MACHINES[(bytes[18] ?? 0) | ((bytes[19] ?? 0) << 8)];
    return `An ELF executable for Linux${machine ? ` (${machine})` : ''}`;
  }
  return MAGIC.find(([magic]) => starts(magic))?.[1] ?? 'Not text';
}
