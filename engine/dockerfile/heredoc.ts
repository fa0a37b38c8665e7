import type { Heredoc } from './ast.ts';
import type { Word } from './range.ts';
import { unquote } from './unquote.ts';

/** The `<<NAME` word of a heredoc, before its lines are read. */
export interface HeredocMarker {
  readonly name: string;
  readonly expand: boolean;
  readonly chomp: boolean;
  readonly fileDescriptor: number;
}

const MARKER = /^(\d*)<<(-?)([^<]*)$/;

/**
 * Reads a word as a heredoc marker (`<<EOF`, `<<-"EOF"`, `3<<EOF`); undefined if it is none. A backslash escapes in it,
 * whatever the escape directive says.
 */
export function parseHeredocMarker(word: Word['value']): HeredocMarker | undefined {
  const match = MARKER.exec(word);
  const rest = match?.[3];
  if (!match || !rest) return undefined;
  const name = unquote(rest, '\\');
  if (name === undefined || name === '' || /^\s|\s$/.test(rest)) return undefined;
  // Quoted white space is part of the name; any other makes it two words.
  if (/\s/.test(rest.replace(/"[^"]*"|'[^']*'|\\./g, ''))) return undefined;
  return { name, expand: !/["']/.test(rest), chomp: match[2] === '-', fileDescriptor: Number(match[1] || '0') };
}

/** A heredoc's lines without the tabs that `<<-` takes away. */
export function heredocText({ content, chomp }: Pick<Heredoc, 'content' | 'chomp'>): string {
  return chomp ? content.replace(/^\t+/gm, '') : content;
}
