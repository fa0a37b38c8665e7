import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { done, step } from './progress.ts';

/** Where products live between runs; all clones of a user share it. */
export function cacheRoot(): string {
  return process.env.DRYDOCK_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'drydock');
}

/** A short hash over values and bytes, each set off from the next. */
export function hashOf(...inputs: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(`${input.length}:`).update(input);
  return hash.digest('hex').slice(0, 16);
}

export interface CachedStep {
  /** A file-name part, such as `kernel`. */
  readonly name: string;
  /** For people: `Compile the kernel`. */
  readonly title: string;
  /** Hash of everything that the product depends on. */
  readonly key: string;
  /** Makes the product in an empty directory; with `resumable`, in what an interrupted run left there. */
  readonly make: (directory: string) => Promise<void>;
  readonly resumable?: boolean;
}

/**
 * The directory that holds a step's product: made now, or earlier with the same key. It appears whole or not at all.
 * Two processes that want the same product do not make it twice.
 */
export async function cached(wanted: CachedStep): Promise<string> {
  const root = cacheRoot();
  const directory = join(root, `${wanted.name}-${wanted.key}`);
  if (await exists(directory)) {
    done(wanted.title);
    return directory;
  }
  await mkdir(root, { recursive: true });
  const unlock = await lock(`${directory}.lock`);
  try {
    if (await exists(directory)) return directory;
    const working = `${directory}.making`;
    if (!wanted.resumable) await rm(working, { recursive: true, force: true });
    await mkdir(working, { recursive: true });
    await step(wanted.title, () => wanted.make(working));
    await rename(working, directory);
    return directory;
  } finally {
    await unlock();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Holds a lock file with our PID in it; waits while the process in it lives. */
async function lock(path: string): Promise<() => Promise<void>> {
  while (true) {
    try {
      const file = await open(path, 'wx');
      await file.write(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => '0'));
    if (owner > 0 && !alive(owner)) await rm(path, { force: true });
    else await sleep(500);
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
