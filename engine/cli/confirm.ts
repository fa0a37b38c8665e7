import type { Session } from './command.ts';

/** Asks whether to go on, as Docker does: only a line `y` means yes, and the end of the input means no. */
export async function confirm({ context, out }: Session, warning: string, separator = '\n'): Promise<boolean> {
  await out.write(`${warning}${separator}Are you sure you want to continue? [y/N] `);
  return (await readLine(context.stdin)).trim().toLowerCase() === 'y';
}

async function readLine(stdin: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stdin.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (!text.includes('\n')) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    reader.releaseLock();
  }
  return text.split('\n', 1)[0] ?? '';
}
