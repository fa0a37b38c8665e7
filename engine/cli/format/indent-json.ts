const STEP = '    ';

/** Indents JSON without reading it, so that numbers, escapes and the order of keys stay as the engine wrote them. */
export function indentJson(json: string, margin = ''): string {
  let result = '';
  let depth = 0;
  const newline = (): string => `\n${margin}${STEP.repeat(depth)}`;
  for (let index = 0; index < json.length; index++) {
    const character = json.charAt(index);
    if (character === '"') {
      const end = endOfString(json, index);
      result += json.slice(index, end);
      index = end - 1;
    } else if (character === '{' || character === '[') {
      const close = /\S/.exec(json.slice(index + 1, index + 64));
      if (close && (close[0] === '}' || close[0] === ']')) {
        result += character + close[0];
        index += 1 + close.index;
      } else {
        depth++;
        result += character + newline();
      }
    } else if (character === '}' || character === ']') {
      depth--;
      result += newline() + character;
    } else if (character === ',') result += `,${newline()}`;
    else if (character === ':') result += ': ';
    else if (!/\s/.test(character)) result += character;
  }
  return result;
}

/** Index after the closing quote of the string that begins at `start`. */
function endOfString(json: string, start: number): number {
  let index = start + 1;
  while (index < json.length && json.charAt(index) !== '"') index += json.charAt(index) === '\\' ? 2 : 1;
  return index + 1;
}
