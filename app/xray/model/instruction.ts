import type { HistoryItem } from '../../../engine/api/types.ts';

const NOP = /^\/bin\/sh -c #\(nop\)\s+/;
const SHELL = /^\/bin\/sh -c /;
const KEYWORD =
  /^(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\b/;
const METADATA = /^(ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b/;

/**
 * The Dockerfile instruction that a row of an image's history stands for, as its author would write it. Both builders'
 * ways of writing it down are understood: BuildKit's (`COPY . . # buildkit`) and the classic one's
 * (`/bin/sh -c #(nop) COPY …`). Rows without an instruction come from `docker commit` and `docker import`.
 */
export function instructionOf(row: Pick<HistoryItem, 'CreatedBy' | 'Comment'>): string {
  const text = row.CreatedBy.trim();
  if (NOP.test(text)) return tidy(text.replace(NOP, ''));
  if (SHELL.test(text)) return `RUN ${text.replace(SHELL, '')}`;
  if (KEYWORD.test(text)) return tidy(text);
  if (text === '' && /^import/i.test(row.Comment)) return 'docker import';
  return text === '' ? 'layer' : 'docker commit';
}

/** Whether the row can only have changed settings: such a step has no layer. WORKDIR may have made a directory. */
export function isMetadata(row: Pick<HistoryItem, 'CreatedBy' | 'Comment'>): boolean {
  return METADATA.test(instructionOf(row));
}

function tidy(instruction: string): string {
  return instruction
    .replace(/\s*# buildkit$/, '')
    .replace(/^RUN \/bin\/sh -c /, 'RUN ')
    .replace(/\b(file|dir|multi):([0-9a-f]{8})[0-9a-f]{56}/, '$1:$2…')
    .replace(/\s+/g, ' ')
    .trim();
}
