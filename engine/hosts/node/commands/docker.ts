import { constants } from 'node:os';
import { Readable, Writable } from 'node:stream';
import { runDocker } from '../../../cli/main.ts';
import { nodeCliFiles } from '../node-cli-files.ts';
import { DEFAULT_DOCKER_HOST, httpTransport } from '../transport/index.ts';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/** `drydock docker …`: our command line against any engine that DOCKER_HOST names. Gives the exit code. */
export function docker(argv: readonly string[]): Promise<number> {
  const { stdin, stdout, stderr, env } = process;
  return runDocker({
    argv,
    env,
    cwd: process.cwd(),
    stdin: Readable.toWeb(stdin) as unknown as ReadableStream<Uint8Array>,
    stdout: Writable.toWeb(stdout) as WritableStream<Uint8Array>,
    stderr: Writable.toWeb(stderr) as WritableStream<Uint8Array>,
    tty: { stdin: stdin.isTTY === true, stdout: stdout.isTTY === true, stderr: stderr.isTTY === true },
    size: { columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 },
    async setRawMode(raw) {
      if (stdin.isTTY) stdin.setRawMode(raw);
    },
    onSignal(listener) {
      const handlers = FORWARDED.map((name) => [name, () => listener(constants.signals[name])] as const);
      for (const [name, handler] of handlers) process.on(name, handler);
      return () => {
        for (const [name, handler] of handlers) process.off(name, handler);
      };
    },
    onResize(listener) {
      const handler = () => listener(stdout.columns, stdout.rows);
      stdout.on('resize', handler);
      return () => stdout.off('resize', handler);
    },
    transport: httpTransport(env.DOCKER_HOST || DEFAULT_DOCKER_HOST),
    files: nodeCliFiles,
  });
}
