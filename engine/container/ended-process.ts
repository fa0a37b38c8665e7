import type { GuestProcess } from '../machine/machine.ts';

/** A process that said something on standard error, or on its terminal, and is gone. */
export function endedProcess(output: string, exitCode: number, tty: boolean): GuestProcess {
  const said = (): ReadableStream<Uint8Array> => stream(tty ? output.replace(/\n/g, '\r\n') : output);
  return {
    pid: 0,
    stdin: new WritableStream<Uint8Array>(),
    stdout: tty ? said() : stream(''),
    stderr: tty ? stream('') : said(),
    exit: Promise.resolve({ code: exitCode, oomKilled: false }),
    signal: async () => {},
    resize: async () => {},
  };
}

function stream(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (text !== '') controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
}
