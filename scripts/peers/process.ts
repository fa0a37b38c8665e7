import { type ChildProcess, spawn } from 'node:child_process';

/** Runs a command to its end. Gives wall milliseconds and what it wrote; rejects if it fails. */
export function timed(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ ms: number; output: string }> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ ms: performance.now() - started, output });
      else reject(new Error(`${command} ${args.join(' ')}: exit ${code}\n${output}`));
    });
  });
}

/** Polls until the check passes. Rejects after the time given, or when the process it depends on has ended. */
export async function until(
  check: () => Promise<boolean>,
  what: string,
  seconds: number,
  child?: ChildProcess,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await check().catch(() => false))) {
    if (child && child.exitCode !== null)
      throw new Error(`${what}: the process ended with exit code ${child.exitCode}`);
    if (performance.now() > end) throw new Error(`${what}: not ready after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const isRunning = (child: ChildProcess): boolean =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

/** Starts a program in a process group of its own. It ends with this program, if not by {@link end} before. */
export function startGroup(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'ignore', detached: true });
  const stop = () => {
    if (child.pid !== undefined && isRunning(child)) process.kill(-child.pid, 'SIGTERM');
  };
  process.once('exit', stop);
  child.once('exit', () => process.off('exit', stop));
  return child;
}

/** Ends a process that {@link startGroup} started, with everything it started in its process group. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || !isRunning(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGTERM');
  await gone;
}
