const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NEEDED = 1;
const DT_STRTAB = 5;

/** Libraries that a 32-bit ELF file names as needed (gABI, "Dynamic Section"); none for any other file. */
export function neededLibraries(bytes: Uint8Array): readonly string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 52 || view.getUint32(0) !== 0x7f454c46 || view.getUint8(4) !== 1) return [];
  const at = view.getUint32(28, true);
  const headers = Array.from({ length: view.getUint16(44, true) }, (_, i) => {
    const field = (index: number) => view.getUint32(at + i * view.getUint16(42, true) + index * 4, true);
    return { type: field(0), offset: field(1), address: field(2), size: field(4) };
  });
  const dynamic = headers.find(({ type }) => type === PT_DYNAMIC);
  if (!dynamic) return [];
  const needed: number[] = [];
  let strings = 0;
  for (let i = dynamic.offset; i < dynamic.offset + dynamic.size; i += 8) {
    const tag = view.getUint32(i, true);
    if (tag === DT_NEEDED) needed.push(view.getUint32(i + 4, true));
    if (tag === DT_STRTAB) strings = view.getUint32(i + 4, true);
  }
  const segment = headers.find(
    ({ type, address, size }) => type === PT_LOAD && strings >= address && strings < address + size,
  );
  if (!segment) return [];
  const table = strings - segment.address + segment.offset;
  return needed.map((offset) => {
    const start = table + offset;
    return new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start)));
  });
}
