import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker } from '../both-engines.ts';
import { startDrydock } from '../drydock.ts';
import { median, type Row } from '../figures.ts';

const RUNS = 5;
const LAYERS = [1, 10, 100] as const;
const FILES = [100, 1000, 10_000] as const;
/** Ten times as many may take ten times as long, and a tenth more for what else the machine does. */
const MOST = 11;

/** One verb, timed at each size. */
interface Growth {
  readonly what: string;
  /** One for each size, medians in ms. */
  readonly times: readonly number[];
}

/** What a build, a run, a commit and a save cost as images get more layers, or more files. */
export async function benchGrowth(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'));
  const { host, stop } = await startDrydock();
  try {
    await docker(host, ['pull', 'alpine']);
    const layers = await measure(host, LAYERS, (count) => layersContext(join(folder, `layers-${count}`), count));
    const files = await measure(host, FILES, (count) => filesContext(join(folder, `files-${count}`), count));
    return [
      ...layers.map((growth) => growthRow(growth, LAYERS, 'layers')),
      ...files.map((growth) => growthRow(growth, FILES, 'files')),
    ];
  } finally {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A context whose build makes so many layers of a file each. */
function layersContext(path: string, count: number): string {
  mkdirSync(path);
  const lines = ['FROM alpine'];
  for (let i = 1; i <= count; i += 1) {
    writeFileSync(join(path, `file-${i}`), `content ${i}\n`);
    lines.push(`COPY file-${i} /data/file-${i}`);
  }
  writeFileSync(join(path, 'Dockerfile'), `${lines.join('\n')}\n`);
  return path;
}

/** A context of so many files of a kilobyte, a hundred in a folder, that go into one layer. */
function filesContext(path: string, count: number): string {
  for (let i = 0; i < count; i += 1) {
    const inner = join(path, 'data', `folder-${Math.floor(i / 100)}`);
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, `file-${i}`), `${i} `.repeat(200));
  }
  writeFileSync(join(path, 'Dockerfile'), 'FROM alpine\nCOPY data /data\n');
  return path;
}

async function measure(
  host: string,
  sizes: readonly number[],
  makeContext: (size: number) => string,
): Promise<readonly Growth[]> {
  const verbs = ['build, fresh', 'build, all cached', 'run: count the files', 'commit of all files changed', 'save'];
  const times = verbs.map((): number[] => []);
  for (const size of sizes) {
    const context = makeContext(size);
    const archive = join(context, 'saved.tar');
    const measured = verbs.map((): number[] => []);
    for (let run = -1; run < RUNS; run += 1) {
      const once = await verbsOnce(host, context, archive);
      if (run >= 0) for (const [index, ms] of once.entries()) measured[index]?.push(ms);
    }
    for (const [index, list] of measured.entries()) times[index]?.push(median(list));
  }
  return verbs.map((what, index) => ({ what, times: times[index] ?? [] }));
}

/** Milliseconds of each verb in turn. */
async function verbsOnce(host: string, context: string, archive: string): Promise<readonly number[]> {
  const ms = async (...args: string[]) => (await docker(host, args)).ms;
  // The archive of the round before is no part of the context.
  rmSync(archive, { force: true });
  const fresh = await ms('build', '--no-cache', '-t', 'growth', context);
  const cached = await ms('build', '-t', 'growth', context);
  const count = ['sh', '-c', 'find /data -type f | wc -l'];
  const run = await ms('run', '--rm', '--network', 'none', 'growth', ...count);
  const change = ['sh', '-c', 'find /data -type f | xargs touch'];
  await ms('run', '--name', 'growth', '--network', 'none', 'growth', ...change);
  const commit = await ms('commit', 'growth', 'growth-committed');
  const save = await ms('save', '-o', archive, 'growth');
  await ms('rm', 'growth');
  await ms('rmi', 'growth-committed');
  return [fresh, cached, run, commit, save];
}

/** Met if ten times as many cost no more than ten times as much, from the middle size to the largest. */
function growthRow({ what, times }: Growth, sizes: readonly number[], unit: string): Row {
  const [, middle = Number.NaN, most = Number.NaN] = times;
  const each = times.map((ms, index) => {
    const size = sizes[index] ?? Number.NaN;
    return `${ms.toFixed(0)} (${(ms / size).toFixed(ms / size < 1 ? 2 : 1)})`;
  });
  return {
    what: `${what}: ${sizes.join(', ')} ${unit}, ms (for each)`,
    measured: each.join(', '),
    reach: `${(most / middle).toFixed(1)}x of <= ${MOST}x`,
    met: most / middle <= MOST,
  };
}
