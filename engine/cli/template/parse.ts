import { type Call, type Node, type Operand, type Pipeline, TemplateError } from './ast.ts';

interface Token {
  readonly kind: 'word' | 'field' | 'variable' | 'string' | 'number' | 'symbol';
  readonly text: string;
  readonly position: number;
  /** No blank before it: `.a.b` is one chain, `.a .b` two. */
  readonly joined: boolean;
}

interface Action {
  readonly tokens: readonly Token[];
  readonly position: number;
}

const BLOCKS = new Set(['if', 'range', 'with']);
const TOKEN =
  /(?<blank>\s+)|(?<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?<number>-?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)|(?<field>\.[A-Za-z_]\w*)|(?<variable>\$\w*)|(?<word>[A-Za-z_]\w*)|(?<symbol>:=|[.()|,=])/gy;

/** Throws {@link TemplateError} `parse`. `functions` are the names that may be called. */
export function parseTemplate(text: string, functions: ReadonlySet<string>): readonly Node[] {
  const parser = new Parser(pieces(text), functions, text);
  return parser.all();
}

function fail(text: string, position: number, message: string): never {
  const line = text.slice(0, position).split('\n').length;
  throw new TemplateError('parse', `template: :${line}: ${message}`);
}

/** Literal text and the actions between `{{` and `}}`, with `{{- ` and ` -}}` applied to the text beside them. */
function pieces(text: string): readonly (string | Action)[] {
  const result: (string | Action)[] = [];
  let index = 0;
  let trimNext = false;
  for (;;) {
    const open = text.indexOf('{{', index);
    const trimBefore = open >= 0 && /^{{-\s/.test(text.slice(open, open + 4));
    let literal = text.slice(index, open < 0 ? undefined : open);
    if (trimNext) literal = literal.trimStart();
    if (trimBefore) literal = literal.trimEnd();
    if (literal) result.push(literal);
    if (open < 0) return result;
    const start = open + (trimBefore ? 3 : 2);
    const close = closing(text, start);
    if (close < 0) fail(text, open, 'unclosed action');
    trimNext = /\s-$/.test(text.slice(start, close));
    const end = trimNext ? close - 1 : close;
    const inner = text.slice(start, end);
    if (!/^\s*\/\*[\s\S]*\*\/\s*$/.test(inner)) result.push({ tokens: tokens(text, start, end), position: start });
    index = close + 2;
  }
}

/** Index of the `}}` that ends an action: not one inside a string. */
function closing(text: string, start: number): number {
  const scanner = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|}}/g;
  scanner.lastIndex = start;
  for (let match = scanner.exec(text); match; match = scanner.exec(text)) if (match[0] === '}}') return match.index;
  return -1;
}

function tokens(text: string, start: number, end: number): readonly Token[] {
  const result: Token[] = [];
  let joined = false;
  TOKEN.lastIndex = start;
  while (TOKEN.lastIndex < end) {
    const position = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match?.groups) {
      const character = text.charAt(position);
      fail(
        text,
        position,
        character === '"' ? 'unterminated quoted string' : `unexpected ${JSON.stringify(character)} in command`,
      );
    }
    const [kind, value] = Object.entries(match.groups).find(([, found]) => found !== undefined) ?? ['blank', ''];
    if (kind !== 'blank') result.push({ kind: kind as Token['kind'], text: value ?? '', position, joined });
    joined = kind !== 'blank';
  }
  return result;
}

class Parser {
  readonly #pieces: readonly (string | Action)[];
  readonly #functions: ReadonlySet<string>;
  readonly #text: string;
  #next = 0;

  constructor(parts: readonly (string | Action)[], functions: ReadonlySet<string>, text: string) {
    this.#pieces = parts;
    this.#functions = functions;
    this.#text = text;
  }

  all(): readonly Node[] {
    const { nodes, end } = this.#nodes();
    if (end) fail(this.#text, end.position, `unexpected {{${end.tokens[0]?.text}}}`);
    return nodes;
  }

  /** Nodes up to `else`, `end` or the end of the template. */
  #nodes(): { readonly nodes: readonly Node[]; readonly end?: Action } {
    const nodes: Node[] = [];
    while (this.#next < this.#pieces.length) {
      const piece = this.#pieces[this.#next++] ?? '';
      if (typeof piece === 'string') nodes.push({ kind: 'text', text: piece });
      else {
        const word = piece.tokens[0]?.kind === 'word' ? piece.tokens[0].text : '';
        if (word === 'end' || word === 'else') return { nodes, end: piece };
        nodes.push(
          BLOCKS.has(word)
            ? this.#block(word as 'if' | 'range' | 'with', piece, 1)
            : { kind: 'action', pipeline: this.#pipeline(piece, 0, 'command') },
        );
      }
    }
    return { nodes };
  }

  #block(kind: 'if' | 'range' | 'with', action: Action, skip: number): Node {
    const pipeline = this.#pipeline(action, skip, kind);
    const body = this.#nodes();
    if (!body.end) fail(this.#text, this.#text.length, 'unexpected EOF');
    const [first, second] = body.end.tokens;
    if (first?.text === 'end') return { kind, pipeline, body: body.nodes, otherwise: [] };
    if (second?.text === 'if' || second?.text === 'with') {
      return { kind, pipeline, body: body.nodes, otherwise: [this.#block(second.text, body.end, 2)] };
    }
    const otherwise = this.#nodes();
    if (!otherwise.end) fail(this.#text, this.#text.length, 'unexpected EOF');
    return { kind, pipeline, body: body.nodes, otherwise: otherwise.nodes };
  }

  #pipeline(action: Action, skip: number, context: string): Pipeline {
    const reader = new TokenReader(action.tokens.slice(skip), this.#text, action.position);
    const variables: string[] = [];
    const assigns = action.tokens.some(({ text }) => text === ':=' || text === '=');
    while (assigns && !reader.accept(':=', '=')) {
      variables.push(reader.take().text);
      reader.accept(',');
    }
    const commands = this.#commands(reader, context);
    if (!reader.done) fail(this.#text, reader.position, `unexpected "${reader.take().text}" in ${context}`);
    return { variables, commands };
  }

  #commands(reader: TokenReader, context: string): readonly Call[] {
    const commands: Call[] = [];
    do {
      const operands: Operand[] = [];
      while (!reader.done && !reader.at('|') && !reader.at(')')) operands.push(this.#operand(reader));
      const [first, ...others] = operands;
      if (!first) fail(this.#text, reader.position, `missing value for ${context}`);
      commands.push([first, ...others]);
    } while (reader.accept('|'));
    return commands;
  }

  #operand(reader: TokenReader): Operand {
    const token = reader.take();
    const { position } = token;
    switch (token.kind) {
      case 'string':
        return { kind: 'literal', value: unquote(token.text), position };
      case 'number':
        return { kind: 'literal', value: Number(token.text.replaceAll('_', '')), position };
      case 'word':
        if (token.text === 'true' || token.text === 'false') {
          return { kind: 'literal', value: token.text === 'true', position };
        }
        if (token.text === 'nil') return { kind: 'literal', value: null, position };
        if (!this.#functions.has(token.text)) {
          fail(this.#text, position, `function ${JSON.stringify(token.text)} not defined`);
        }
        return { kind: 'function', name: token.text, position };
      case 'field':
        return chain(reader, 'dot', [token.text.slice(1)], position, this.#text);
      case 'variable':
        return chain(reader, { variable: token.text }, [], position, this.#text);
      default:
        break;
    }
    if (token.text === '.') return { kind: 'chain', base: 'dot', fields: [], text: '.', position };
    if (token.text === '(') {
      const commands = this.#commands(reader, 'parenthesized pipeline');
      if (!reader.accept(')')) fail(this.#text, position, 'unclosed left paren');
      return chain(reader, { pipeline: { variables: [], commands } }, [], position, this.#text);
    }
    return fail(this.#text, position, `unexpected "${token.text}" in command`);
  }
}

function chain(
  reader: TokenReader,
  base: { readonly variable: string } | { readonly pipeline: Pipeline } | 'dot',
  first: readonly string[],
  position: number,
  source: string,
): Operand {
  const fields = [...first];
  while (reader.atJoinedField()) fields.push(reader.take().text.slice(1));
  return { kind: 'chain', base, fields, text: source.slice(position, reader.end), position };
}

class TokenReader {
  readonly #tokens: readonly Token[];
  readonly #source: string;
  readonly #start: number;
  #index = 0;

  constructor(list: readonly Token[], source: string, start: number) {
    this.#tokens = list;
    this.#source = source;
    this.#start = start;
  }

  get done(): boolean {
    return this.#index >= this.#tokens.length;
  }

  get position(): number {
    return this.#tokens[this.#index]?.position ?? this.#start;
  }

  /** Where the last token taken ends. */
  get end(): number {
    const last = this.#tokens[this.#index - 1];
    return last ? last.position + last.text.length : this.#start;
  }

  at(symbol: string): boolean {
    const token = this.#tokens[this.#index];
    return token?.kind === 'symbol' && token.text === symbol;
  }

  atJoinedField(): boolean {
    const token = this.#tokens[this.#index];
    return token?.kind === 'field' && token.joined;
  }

  accept(...symbols: readonly string[]): boolean {
    const found = symbols.some((symbol) => this.at(symbol));
    if (found) this.#index++;
    return found;
  }

  take(): Token {
    const token = this.#tokens[this.#index++];
    return token ?? fail(this.#source, this.#start, 'unexpected EOF');
  }
}

function unquote(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1);
  return text
    .slice(1, -1)
    .replace(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|.)/g, (_, code: string) =>
      code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code),
    );
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };
