import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transport } from '../../../api/transport.ts';
import { runDocker } from '../../../cli/main.ts';
import { nodeCliFiles } from '../node-cli-files.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly stdin?: Uint8Array | string;
  readonly env?: Readonly<Record<string, string>>;
  readonly tty?: boolean;
  /** Sends the command a signal, by number. */
  readonly signals?: (send: (signal: number) => void) => void;
}

/** Our own command line against an engine in this process, on this computer's files. */
export async function runCli(
  transport: Transport,
  argv: readonly string[],
  options: CliOptions = {},
): Promise<CliResult & { readonly stdoutBytes: Uint8Array }> {
  const { cwd = '/', stdin = '', env = {}, tty = false, signals } = options;
  const chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const sink = (name: 'stdout' | 'stderr') =>
    new WritableStream<Uint8Array>({ write: (chunk) => void chunks[name].push(chunk) });
  const code = await runDocker({
    argv,
    env,
    cwd,
    stdin: new Blob([stdin as BlobPart]).stream(),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    tty: { stdin: tty, stdout: tty, stderr: tty },
    size: { columns: 120, rows: 40 },
    setRawMode: async () => {},
    onSignal(listener) {
      signals?.(listener);
      return () => {};
    },
    onResize: () => () => {},
    transport,
    files: nodeCliFiles,
  });
  const stdoutBytes = new Uint8Array(Buffer.concat(chunks.stdout));
  return {
    code,
    stdoutBytes,
    stdout: Buffer.concat(chunks.stdout).toString(),
    stderr: Buffer.concat(chunks.stderr).toString(),
  };
}

/** A folder that is removed after the tests. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'drydock-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
