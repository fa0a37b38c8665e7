const SHORT_ID = 12;

/** The 12 digits that tables show, without the algorithm. */
export function shortId(id: string): string {
  return (id.includes(':') ? id.slice(id.indexOf(':') + 1) : id).slice(0, SHORT_ID);
}

/** At most `width` characters, the last of them `…` if some were cut. */
export function ellipsis(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width <= 1 ? characters.slice(0, width).join('') : `${characters.slice(0, width - 1).join('')}…`;
}

/** As Go quotes a string (`strconv.Quote`): printable characters stay as they are. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"\p{Cc}]/gu, (character) => ESCAPES[character] ?? hex(character))}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

function hex(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
