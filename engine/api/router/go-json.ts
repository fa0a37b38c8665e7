/**
 * What Go's encoding/json says about text that is not JSON: `invalid character 'x' looking for beginning of value`,
 * or `unexpected EOF` (encoding/json, scanner.go).
 */
export function goSyntaxError(text: string): string {
  const scanner = new Scanner(text);
  try {
    scanner.value();
    scanner.end();
  } catch (error) {
    if (error instanceof SyntaxFault) return error.message;
    throw error;
  }
  return 'unexpected EOF';
}

class SyntaxFault extends Error {}

function quoted(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): void {
    this.#space();
    const character = this.#text[this.#at];
    const literal = ['true', 'false', 'null'].find((word) => word[0] === character);
    if (character === '{') this.#object();
    else if (character === '[') this.#array();
    else if (character === '"') this.#string();
    else if (literal) this.#literal(literal);
    else this.#number();
  }

  #number(): void {
    const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/.exec(this.#text.slice(this.#at));
    if (!number) this.#fail('looking for beginning of value');
    else this.#at += number[0].length;
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) this.#fail('after top-level value');
  }

  #object(): void {
    this.#at += 1;
    this.#space();
    if (this.#take('}')) return;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail('looking for beginning of object key string');
      this.#string();
      this.#space();
      if (!this.#take(':')) this.#fail('after object key');
      this.value();
      this.#space();
      if (this.#take('}')) return;
      if (!this.#take(',')) this.#fail('after object key:value pair');
    }
  }

  #array(): void {
    this.#at += 1;
    this.#space();
    if (this.#take(']')) return;
    for (;;) {
      this.value();
      this.#space();
      if (this.#take(']')) return;
      if (!this.#take(',')) this.#fail('after array element');
    }
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character < ' ') this.#fail('in string literal');
      this.#at += 1;
      if (character === '"') return;
      if (character !== '\\') continue;
      const escaped = this.#text[this.#at] ?? '';
      if (!'"\\/bfnrtu'.includes(escaped) || escaped === '') this.#fail('in string escape code');
      this.#at += 1;
    }
  }

  #literal(literal: string): void {
    for (const expected of literal) {
      if (this.#text[this.#at] !== expected) this.#fail(`in literal ${literal} (expecting '${expected}')`);
      this.#at += 1;
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? '?')) this.#at += 1;
  }

  #fail(where: string): never {
    const character = this.#text[this.#at];
    throw new SyntaxFault(
      character === undefined ? 'unexpected EOF' : `invalid character ${quoted(character)} ${where}`,
    );
  }
}
