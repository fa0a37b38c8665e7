import type { Word } from './range.ts';
import type { LogicalText } from './source.ts';

const SPACE = /\s/;

/** Words separated by white space, quotes meaning nothing. */
export function splitOnSpace(text: LogicalText): Word[] {
  return [...text.text.matchAll(/\S+/g)].map((match) => text.word(match.index, match.index + match[0].length));
}

/**
 * Words as a shell would separate them: white space inside quotes or after the escape character does not
 * separate. Quotes and escapes stay in the words, for expansion to take away.
 */
export function splitShellWords(text: LogicalText, escapeChar: string): Word[] {
  const words: Word[] = [];
  const { text: chars } = text;
  let start = -1;
  let quote = '';
  for (let index = 0; index < chars.length; index++) {
    const char = chars[index] ?? '';
    if (start < 0) {
      if (SPACE.test(char)) continue;
      start = index;
    } else if (!quote && SPACE.test(char)) {
      words.push(text.word(start, index));
      start = -1;
      continue;
    }
    if (char === escapeChar && quote !== "'") index++;
    else if (quote) quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
  }
  if (start >= 0) words.push(text.word(start));
  return words;
}

/**
 * Takes the leading `--flag` words off. Unlike other words they are unquoted here, since nothing later
 * would do it; a bare `--` ends them and is dropped. A backslash escapes in them, whatever the escape directive says.
 */
export function takeFlags(text: LogicalText): { flags: Word[]; rest: LogicalText } {
  const flags: Word[] = [];
  const { text: chars } = text;
  let index = 0;
  for (;;) {
    while (SPACE.test(chars[index] ?? '')) index++;
    if (!chars.startsWith('--', index)) break;
    const start = index;
    let value = '';
    let quote = '';
    for (; index < chars.length; index++) {
      const char = chars[index] ?? '';
      if (!quote && SPACE.test(char)) break;
      if (char === '\\' && quote !== "'") value += chars[++index] ?? '';
      else if (quote ? char === quote : char === '"' || char === "'") quote = quote ? '' : char;
      else value += char;
    }
    if (value === '--') break;
    flags.push({ value, range: text.range(start, index) });
  }
  return { flags, rest: text.slice(index).trim() };
}
