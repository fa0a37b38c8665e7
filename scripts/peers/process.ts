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

/** Ends a process that this program started, with everything it started in its process group. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGTERM');
  await gone;
}
