import type { StageInstruction } from '../dockerfile/index.ts';

/** `[2/3] `, `[build  2/10] `: numbers are padded to the width of the last. */
export function stepPrefix(label: string, number: number, total: number): string {
  const counted = `${String(number).padStart(String(total).length)}/${total}`;
  return `[${label === '' ? '' : `${label} `}${counted}] `;
}

/** The instruction as written, its name in capitals; of a heredoc, how it begins. */
export function describeInstruction({ node }: StageInstruction): string {
  const rest = node.text.slice(node.keyword.value.length);
  const [heredoc] = node.heredocs;
  const lines = heredoc?.content.split('\n').filter((line) => line.trim() !== '') ?? [];
  const summary = heredoc ? ` (${lines[0]?.trim() ?? ''}${lines.length > 1 ? '...' : ''})` : '';
  return node.keyword.value.toUpperCase() + rest + summary;
}
