import { ARGUMENT_PARSERS } from './arguments.ts';
import type { Arguments, DockerfileAst, Heredoc, InstructionNode } from './ast.ts';
import { parseDirectives } from './directives.ts';
import { DockerfileError } from './error.ts';
import { type HeredocMarker, parseHeredocMarker } from './heredoc.ts';
import type { Word } from './range.ts';
import { LogicalText, Source } from './source.ts';
import { unquote } from './unquote.ts';
import { splitOnSpace, splitShellWords, takeFlags } from './words.ts';

const TAKE_HEREDOCS = new Set(['ADD', 'COPY', 'RUN']);

/**
 * Reads a Dockerfile's text: directives, comments, continuations, heredocs, and each instruction's flags and
 * arguments with their places. Unknown instructions are kept, for the next step to name them.
 * @throws DockerfileError `empty`, `directive`, `syntax` or `heredoc`
 */
export function parseDockerfile(text: string): DockerfileAst {
  const source = new Source(text.startsWith('\ufeff') ? text.slice(1) : text);
  if (text.trim() === '') throw new DockerfileError('empty', 'the Dockerfile (Dockerfile) cannot be empty');
  const directives = parseDirectives(source);
  const escapeChar = directives.find(({ name }) => name === 'escape')?.value === '`' ? '`' : '\\';
  // Each directive is a line of its own at the top: none of them is a comment on the first instruction.
  const instructions = new Reader(source, escapeChar, directives.length).readAll();
  if (instructions.length === 0) throw new DockerfileError('empty', 'file with no instructions');
  return { directives, escape: escapeChar, instructions };
}

interface Joined {
  readonly text: LogicalText;
  readonly emptyContinuation: boolean;
}

class Reader {
  readonly #source: Source;
  readonly #escapeChar: string;
  /** An escape that itself is escaped does not continue the line. */
  readonly #continuation: RegExp;
  #line: number;

  constructor(source: Source, escapeChar: '\\' | '`', firstLine: number) {
    this.#source = source;
    this.#line = firstLine;
    this.#escapeChar = escapeChar;
    this.#continuation = escapeChar === '`' ? /(^|[^`])`[ \t]*$/ : /(^|[^\\])\\[ \t]*$/;
  }

  readAll(): InstructionNode[] {
    const instructions: InstructionNode[] = [];
    let comments: string[] = [];
    for (;;) {
      const line = this.#source.lines[this.#line];
      if (!line) return instructions;
      const comment = /^\s*#(.*)$/.exec(line.text)?.[1]?.trim();
      if (comment !== undefined || line.text.trim() === '') {
        comments = comment ? [...comments, comment] : [];
        this.#line++;
        continue;
      }
      const { text, emptyContinuation } = this.#join();
      if (text.text !== '') instructions.push(this.#instruction(text, comments, emptyContinuation));
      comments = [];
    }
  }

  /** Joins the instruction that starts on this line over its continuations and steps past it. */
  #join(): Joined {
    let joined = '';
    const offsets: number[] = [];
    let emptyContinuation = false;
    for (let first = true; ; first = false) {
      const line = this.#source.lines[this.#line];
      if (!line) break;
      this.#line++;
      if (!first && /^\s*#/.test(line.text)) continue;
      if (!first && line.text.trim() === '') {
        emptyContinuation = true;
        continue;
      }
      const start = first ? line.text.length - line.text.trimStart().length : 0;
      const continued = this.#continuation.test(line.text);
      const end = continued ? line.text.lastIndexOf(this.#escapeChar) : line.text.length;
      joined += line.text.slice(start, end);
      for (let index = start; index < end; index++) offsets.push(line.offset + index);
      if (!continued) break;
    }
    return { text: new LogicalText(this.#source, joined, offsets).trim(), emptyContinuation };
  }

  #instruction(text: LogicalText, comments: readonly string[], emptyContinuation: boolean): InstructionNode {
    const { node, markers } = this.#parse(text);
    const heredocs = markers.map(([marker, word]) => this.#readHeredoc(marker, word));
    const start = node.range.start;
    const range = heredocs.length ? { start, end: this.#endOfPreviousLine() } : node.range;
    // A trigger's heredocs stand below the whole ONBUILD, so they are handed down once they have been read.
    const trigger = node.arguments.form === 'trigger' ? node.arguments.trigger : undefined;
    const args: Arguments = trigger ? { form: 'trigger', trigger: { ...trigger, heredocs } } : node.arguments;
    return { ...node, arguments: args, heredocs, comments, range, emptyContinuation };
  }

  /** Reads one instruction's own line; the heredocs that it names are still to be read. */
  #parse(text: LogicalText): { node: InstructionNode; markers: readonly [HeredocMarker, Word][] } {
    const keywordLength = /^\S+/.exec(text.text)?.[0].length ?? 0;
    const keyword = text.word(0, keywordLength);
    const name = keyword.value.toUpperCase();
    const { flags, rest } = takeFlags(text.slice(keywordLength));
    const inner = name === 'ONBUILD' && rest.text !== '' ? this.#parse(rest) : undefined;
    const args: Arguments =
      name === 'ONBUILD'
        ? { form: 'trigger', trigger: inner?.node }
        : (ARGUMENT_PARSERS[name]?.(rest, this.#escapeChar, name) ?? { form: 'words', words: splitOnSpace(rest) });
    const markers = inner?.markers ?? (TAKE_HEREDOCS.has(name) && args.form !== 'json' ? markersOf(rest) : []);
    const range = text.range();
    const node = { keyword, flags, arguments: args, heredocs: [], comments: [], emptyContinuation: false, range };
    return { node: { ...node, text: text.text }, markers };
  }

  #readHeredoc(marker: HeredocMarker, word: Word): Heredoc {
    const start = this.#source.lines[this.#line]?.offset ?? this.#source.text.length;
    let content = '';
    for (;;) {
      const line = this.#source.lines[this.#line];
      if (!line) throw new DockerfileError('heredoc', 'unterminated heredoc', word.range);
      this.#line++;
      if ((marker.chomp ? line.text.replace(/^\t+/, '') : line.text) === marker.name) {
        const contentRange = this.#source.range(start, Math.max(start, line.offset - 1));
        return { ...marker, content, range: word.range, contentRange };
      }
      content += this.#source.text.slice(line.offset, this.#source.lines[this.#line]?.offset);
    }
  }

  #endOfPreviousLine() {
    const line = this.#source.lines[this.#line - 1];
    return this.#source.positionAt((line?.offset ?? 0) + (line?.text.length ?? 0));
  }
}

/** The heredocs that a line names, as a shell would read it; a line with an open quote names none. */
function markersOf(text: LogicalText): [HeredocMarker, Word][] {
  if (unquote(text.text, '\\') === undefined) return [];
  return splitShellWords(text, '\\').flatMap((word): [HeredocMarker, Word][] => {
    const marker = parseHeredocMarker(word.value);
    return marker ? [[marker, word]] : [];
  });
}
