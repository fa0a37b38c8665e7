import type { Transport } from '../api/transport.ts';
import type { CliFiles } from '../cli/context.ts';
import { runDocker } from '../cli/main.ts';
import type { Invocation } from '../machine/machine.ts';

/** Runs a `docker` that was typed on the guest host, and ends its stub with the exit code. Never rejects. */
export async function runInvocation(invocation: Invocation, transport: Transport, files: CliFiles): Promise<void> {
  let code = 1;
  try {
    code = await runDocker({
      argv: invocation.argv.slice(1),
      env: invocation.env,
      cwd: invocation.cwd,
      stdin: invocation.stdin,
      stdout: invocation.stdout,
      stderr: invocation.stderr,
      tty: invocation.tty,
      size: invocation.size,
      setRawMode: (raw) => invocation.setRawMode(raw),
      onSignal: (listener) => invocation.onSignal(listener),
      onResize: (listener) => invocation.onResize(listener),
      transport,
      files,
    });
  } finally {
    // The stub may be gone already (its terminal closed): then there is nobody left to tell.
    await invocation.exit(code).catch(() => undefined);
  }
}
