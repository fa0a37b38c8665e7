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

/** Reads a word as a heredoc marker (`<<EOF`, `<<-"EOF"`, `3<<EOF`); undefined if it is none. */
export function parseHeredocMarker(word: Word['value'], escapeChar: string): HeredocMarker | undefined {
  const match = MARKER.exec(word);
  const rest = match?.[3];
  if (!match || !rest) return undefined;
  const name = unquote(rest, escapeChar);
  if (name === undefined || name === '') return undefined;
  return { name, expand: name === rest, chomp: match[2] === '-', fileDescriptor: Number(match[1] || '0') };
}
