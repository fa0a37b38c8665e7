import { runDocker } from '../../../engine/cli/main.ts';
import { nodeCliFiles } from '../../../engine/hosts/node/node-cli-files.ts';
import { httpTransport } from '../../../engine/hosts/node/transport/index.ts';
import { elapsed } from '../turns.ts';

/**
 * Milliseconds that a command of Drydock's own command line takes, inside this process: in the tab it is loaded already
 * when the learner presses Enter, so the start of a Node is no part of it.
 */
export async function ownDocker(host: string, args: readonly string[]): Promise<number> {
  let written = '';
  const decoder = new TextDecoder();
  const sink = () =>
    new WritableStream<Uint8Array>({
      write(chunk) {
        written += decoder.decode(chunk);
      },
    });
  let code = 0;
  const ms = await elapsed(async () => {
    code = await runDocker({
      argv: args,
      env: {},
      cwd: process.cwd(),
      stdin: new ReadableStream({ start: (controller) => controller.close() }),
      stdout: sink(),
      stderr: sink(),
      tty: { stdin: false, stdout: false, stderr: false },
      size: { columns: 80, rows: 24 },
      setRawMode: async () => {},
      onSignal: () => () => {},
      onResize: () => () => {},
      transport: httpTransport(host),
      files: nodeCliFiles,
    });
  });
  if (code !== 0) throw new Error(`drydock docker ${args.join(' ')}: exit ${code}\n${written}`);
  return ms;
}
