/** Takes quotes and escapes off a single word; undefined if a quote is left open. */
export function unquote(word: string, escapeChar: string): string | undefined {
  let value = '';
  let quote = '';
  for (let index = 0; index < word.length; index++) {
    const char = word[index] ?? '';
    if (char === escapeChar && quote !== "'") value += word[++index] ?? '';
    else if (quote) {
      if (char === quote) quote = '';
      else value += char;
    } else if (char === '"' || char === "'") quote = char;
    else value += char;
  }
  return quote ? undefined : value;
}
