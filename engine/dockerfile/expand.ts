import { DockerfileError } from './error.ts';
import { matchLengths } from './glob.ts';
import type { SourceRange } from './range.ts';

export type Variables = ReadonlyMap<string, string>;

export interface ExpandOptions {
  readonly variables: Variables;
  /** The Dockerfile's escape character; `\` if left out. */
  readonly escape?: string;
  /** Quotes mean nothing and stay, as in the lines of a heredoc. */
  readonly keepQuotes?: boolean;
  /** For showing: quotes, escapes and variables that are not set stay as written. */
  readonly display?: boolean;
  /** Told each variable that was used, and whether it was set. */
  readonly onVariable?: (name: string, set: boolean) => void;
  /** Where the text stands, for errors. */
  readonly range?: SourceRange;
}

/**
 * Puts variables into a word and takes its quotes and escapes away, as Docker does for the instructions that
 * expand: `$x ${x} ${x:-w} ${x-w} ${x:+w} ${x+w} ${x:?w} ${x?w} ${x#p} ${x##p} ${x%p} ${x%%p} ${x/p/r} ${x//p/r}`
 * (Dockerfile reference, "Environment replacement"). An unset variable is empty.
 * @throws DockerfileError `expansion`
 */
export function expandWord(text: string, options: ExpandOptions): string {
  return expand(text, options).value;
}

/** As {@link expandWord}, then split at white space that was not quoted. */
export function expandWords(text: string, options: ExpandOptions): readonly string[] {
  return expand(text, options).words;
}

function expand(text: string, options: ExpandOptions) {
  try {
    const words = new WordList();
    const value = new Expander(text, options).until(undefined, { words, rawEscapes: false });
    return { value, words: words.finish() };
  } catch (error) {
    if (!(error instanceof ExpansionFailure)) throw error;
    throw new DockerfileError(
      'expansion',
      `failed to process ${JSON.stringify(text)}: ${error.message}`,
      options.range,
    );
  }
}

class ExpansionFailure extends Error {}

/** Gathers words while a text is expanded. */
class WordList {
  readonly #words: string[] = [];
  #current = '';

  /** Text in which white space separates. */
  addPlain(text: string): void {
    for (const char of text) {
      if (/\s/.test(char)) this.#close();
      else this.addRaw(char);
    }
  }

  /** Text that belongs to one word, white space included. */
  addRaw(text: string): void {
    this.#current += text;
  }

  /** A word of nothing is none, quoted or not. */
  #close(): void {
    if (this.#current !== '') this.#words.push(this.#current);
    this.#current = '';
  }

  finish(): readonly string[] {
    this.#close();
    return this.#words;
  }
}

interface Context {
  readonly words: WordList;
  /** Escapes stay, for a pattern to read. */
  readonly rawEscapes: boolean;
}

class Expander {
  readonly #text: string;
  readonly #options: ExpandOptions;
  readonly #escape: string;
  #index = 0;

  constructor(text: string, options: ExpandOptions) {
    this.#text = text;
    this.#options = options;
    this.#escape = options.escape ?? '\\';
  }

  /** Expands up to an unquoted stop character, which is passed over; with undefined, to the end. */
  until(stop: string | undefined, context: Context): string {
    let result = '';
    for (;;) {
      const char = this.#text[this.#index];
      if (char === undefined) {
        if (stop === undefined) return result;
        throw new ExpansionFailure(stop === '}' ? "syntax error: missing '}'" : "syntax error: missing '/' in ${");
      }
      if (char === stop) {
        this.#index++;
        return result;
      }
      if (char === '$') {
        const value = this.#dollar();
        context.words.addPlain(value);
        result += value;
      } else if ((char === '"' || char === "'") && !this.#options.keepQuotes) {
        const inner = char === '"' ? this.#doubleQuoted(context) : this.#singleQuoted();
        const value = this.#options.display ? char + inner + char : inner;
        context.words.addRaw(value);
        result += value;
      } else if (char === this.#escape) {
        this.#index++;
        const escaped = this.#text[this.#index++] ?? '';
        const value = context.rawEscapes || this.#options.display ? char + escaped : escaped;
        if (value) context.words.addRaw(value);
        result += value;
      } else {
        this.#index++;
        context.words.addPlain(char);
        result += char;
      }
    }
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#index + 1);
    if (end < 0) {
      throw new ExpansionFailure('unexpected end of statement while looking for matching single-quote');
    }
    const value = this.#text.slice(this.#index + 1, end);
    this.#index = end + 1;
    return value;
  }

  #doubleQuoted(context: Context): string {
    this.#index++;
    let result = '';
    for (;;) {
      const char = this.#text[this.#index];
      if (char === undefined) {
        throw new ExpansionFailure('unexpected end of statement while looking for matching double-quote');
      }
      if (char === '$') {
        result += this.#dollar();
        continue;
      }
      this.#index++;
      if (char === '"') return result;
      const next = this.#text[this.#index];
      if (char !== this.#escape) result += char;
      else if (next === '"' || next === '$' || next === this.#escape) {
        result += context.rawEscapes || this.#options.display ? char + next : next;
        this.#index++;
      } else if (next !== undefined) result += char;
    }
  }

  /** Expands what begins with the dollar sign here. */
  #dollar(): string {
    const start = this.#index;
    const name = /^\$\{?([\p{L}_][\p{L}\p{Nd}_]*)/u.exec(this.#text.slice(start))?.[1];
    const value = this.#substitution();
    const keeps = this.#options.display && name !== undefined && !this.#options.variables.has(name);
    return keeps ? this.#text.slice(start, this.#index) : value;
  }

  #substitution(): string {
    this.#index++;
    if (this.#text[this.#index] !== '{') {
      const name = this.#name();
      return name === '' ? '$' : (this.#lookUp(name) ?? '');
    }
    this.#index++;
    const first = this.#text[this.#index];
    if (first === undefined) throw new ExpansionFailure("syntax error: missing '}'");
    if (first === '{' || first === '}' || first === ':') throw new ExpansionFailure('syntax error: bad substitution');
    const name = this.#name();
    let modifier = this.#text[this.#index++];
    if (modifier === undefined) throw new ExpansionFailure("syntax error: missing '}'");
    if (modifier === '}') return this.#lookUp(name) ?? '';
    if (modifier === '/') return this.#replace(name);
    const emptyIsUnset = modifier === ':';
    if (emptyIsUnset) modifier += this.#text[this.#index++] ?? '';
    const operator = modifier.at(-1) ?? '';
    // `${x:#p}` is not a form of its own: Docker takes the colon as meaning nothing there, and so does this.
    if (!'+-?#%'.includes(operator)) {
      throw new ExpansionFailure(`unsupported modifier (${modifier}) in substitution`);
    }
    const isPattern = operator === '#' || operator === '%';
    const word = this.until('}', { words: new WordList(), rawEscapes: isPattern });
    const value = this.#lookUp(name, operator !== '-' && operator !== '+' && operator !== '?');
    const missing = value === undefined || (emptyIsUnset && value === '');
    if (operator === '-') return missing ? word : value;
    if (operator === '+') return missing ? '' : word;
    if (operator === '?') {
      if (!missing) return value;
      const reason = value === undefined ? 'is not allowed to be unset' : 'is not allowed to be empty';
      throw new ExpansionFailure(`${name}: ${word || reason}`);
    }
    const greedy = word.startsWith(operator);
    const pattern = greedy ? word.slice(1) : word;
    checkPattern(pattern);
    return operator === '#' ? trimPrefix(pattern, value ?? '', greedy) : trimSuffix(pattern, value ?? '', greedy);
  }

  #replace(name: string): string {
    const all = this.#text[this.#index] === '/';
    if (all) this.#index++;
    const pattern = this.until('/', { words: new WordList(), rawEscapes: true });
    const replacement = this.until('}', { words: new WordList(), rawEscapes: false });
    const value = this.#lookUp(name) ?? '';
    checkPattern(pattern);
    let result = '';
    let index = 0;
    // As in Go, a match of nothing counts, unless it stands right behind another match.
    let matched = -1;
    while (index <= value.length) {
      const length = matchLengths(pattern, value, index).at(-1);
      if (length !== undefined && (length > 0 || index !== matched)) {
        result += replacement;
        index += length;
        matched = index;
        if (!all) return result + value.slice(index);
        if (length > 0) continue;
      }
      result += value[index] ?? '';
      index++;
    }
    return result;
  }

  /** A name, or one of the shell's special parameters; empty if what is here is neither. */
  #name(): string {
    const name = /^(?:\d+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*)/u.exec(this.#text.slice(this.#index))?.[0] ?? '';
    this.#index += name.length;
    return name;
  }

  /** @param expected whether an unset variable is worth telling of: not where a default stands ready */
  #lookUp(name: string, expected = true): string | undefined {
    const value = this.#options.variables.get(name);
    if (expected || value !== undefined) this.#options.onVariable?.(name, value !== undefined);
    return value;
  }
}

/** In a pattern only these can be escaped; `}` and `/` are, so as not to end it. */
function checkPattern(pattern: string): void {
  for (const [, char = ''] of pattern.matchAll(/\\(.?)/gsu)) {
    if ('*?\\}/'.includes(char) && char !== '') continue;
    throw new ExpansionFailure(`invalid pattern (${pattern}) in substitution: invalid escape '\\${char}'`);
  }
}

function trimPrefix(pattern: string, value: string, greedy: boolean): string {
  const lengths = matchLengths(pattern, value, 0);
  return value.slice((greedy ? lengths.at(-1) : lengths[0]) ?? 0);
}

function trimSuffix(pattern: string, value: string, greedy: boolean): string {
  const starts = Array.from({ length: value.length + 1 }, (_, index) => index);
  const found = (greedy ? starts : starts.reverse()).find((start) =>
    matchLengths(pattern, value, start).includes(value.length - start),
  );
  return value.slice(0, found);
}
