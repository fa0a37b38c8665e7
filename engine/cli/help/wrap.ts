/** Columns that a last word may go over, so that it does not stand alone on a line. */
const SLOP = 5;
const NARROWEST = 24;
const FALLBACK_INDENT = 16;

/**
 * Wraps a flag's description to a terminal, later lines indented, as Docker's `--help` does: at the last blank before
 * `width - 5`, or up to `width` if that is the end of the text. Line breaks in the text stay.
 */
export function wrap(indent: number, width: number, text: string): string {
  let margin = indent;
  let start = '';
  if (width - margin < NARROWEST) {
    margin = FALLBACK_INDENT;
    start = `\n${' '.repeat(margin)}`;
  }
  if (width - margin < NARROWEST) return text.replaceAll('\n', start);
  const room = width - margin - SLOP;
  const pad = `\n${' '.repeat(margin)}`;
  const lines: string[] = [];
  let rest = text;
  do {
    const [line, after] = breakAt(room, rest);
    lines.push(line.replaceAll('\n', pad));
    rest = after;
  } while (rest !== '');
  return start + lines.join(pad);
}

function breakAt(room: number, text: string): readonly [line: string, rest: string] {
  if (room + SLOP > text.length) return [text, ''];
  const head = text.slice(0, room);
  const blank = Math.max(head.lastIndexOf(' '), head.lastIndexOf('\t'), head.lastIndexOf('\n'));
  if (blank <= 0) return [text, ''];
  const newline = head.lastIndexOf('\n');
  const at = newline > 0 && newline < blank ? newline : blank;
  return [text.slice(0, at), text.slice(at + 1)];
}
