import { DockerfileError, expandWord, type StageInstruction, type Variables } from '../dockerfile/index.ts';

/** `[2/3] `, `[build  2/10] `: numbers are padded to the width of the last. */
export function stepPrefix(label: string, number: number, total: number): string {
  const counted = `${String(number).padStart(String(total).length)}/${total}`;
  return `[${label === '' ? '' : `${label} `}${counted}] `;
}

/** The instruction on one line, its name in capitals and its variables put in; of a heredoc, how it begins. */
export function describeInstruction({ node }: StageInstruction, variables: Variables, escapeChar: string): string {
  const rest = node.text.slice(node.keyword.value.length);
  const [heredoc] = node.heredocs;
  const lines = heredoc?.content.split('\n').filter((line) => line.trim() !== '') ?? [];
  const summary = heredoc ? ` (${lines[0]?.trim() ?? ''}${lines.length > 1 ? '...' : ''})` : '';
  return node.keyword.value.toUpperCase() + show(rest, variables, escapeChar) + summary;
}

/** What no shell could read (an open quote in a RUN, say) is shown as it is. */
function show(text: string, variables: Variables, escapeChar: string): string {
  try {
    return expandWord(text, { variables, escape: escapeChar, display: true });
  } catch (error) {
    if (error instanceof DockerfileError) return text;
    throw error;
  }
}
