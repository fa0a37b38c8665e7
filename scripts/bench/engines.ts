import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDockerd } from '../peers/dockerd.ts';
import { timed } from '../peers/process.ts';
import { startDrydock } from './drydock.ts';
import { median, type Row, spread } from './figures.ts';

const RUNS = 9;
/** Not counted: the emulator compiles what it runs often, so its first rounds are slower; dockerd gets as many. */
const WARM_UP = 5;
const MEGABYTE = 1 << 20;

interface Case {
  readonly what: string;
  readonly args: readonly string[];
  /** Undoes what a run leaves, outside the measured time. */
  readonly after?: readonly string[];
}

/** The same docker client asks both engines for the same things, in turns. */
export async function benchEngines(): Promise<readonly Row[]> {
  const drydock = await startDrydock();
  try {
    const dockerd = await startDockerd();
    try {
      return await compare(drydock.host, dockerd.host);
    } finally {
      await dockerd.stop();
    }
  } finally {
    await drydock.stop();
  }
}

async function compare(ours: string, peer: string): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-context-'));
  const context = join(folder, 'context');
  mkdirSync(context);
  writeFileSync(join(context, 'data'), randomBytes(2 * MEGABYTE));
  writeFileSync(
    join(context, 'Dockerfile'),
    'FROM alpine\nCOPY data /data\nRUN echo one > /one.txt\nCMD ["/bin/sh"]\n',
  );

  const docker = (host: string, args: readonly string[]) =>
    timed('docker', args, { DOCKER_HOST: host, DOCKER_BUILDKIT: '0' });
  // Both run the same image: what Drydock saves, dockerd loads.
  const image = join(folder, 'alpine.tar');
  await docker(ours, ['pull', 'alpine']);
  await docker(ours, ['save', '-o', image, 'alpine']);
  await docker(peer, ['load', '-i', image]);
  for (const host of [ours, peer]) {
    await docker(host, ['run', '-d', '--name', 'bench', '--network', 'none', 'alpine', 'sleep', '100000']);
    await docker(host, ['exec', 'bench', 'dd', 'if=/dev/urandom', 'of=/changed', 'bs=1M', 'count=1']);
  }

  const build = ['build', '--network', 'none', '-t', 'bench'];
  const cases: readonly Case[] = [
    {
      what: 'docker run --rm --network none alpine true, ms',
      args: ['run', '--rm', '--network', 'none', 'alpine', 'true'],
    },
    { what: 'docker exec true, ms', args: ['exec', 'bench', 'true'] },
    { what: 'docker build FROM, COPY 2 MB, RUN, CMD: fresh, ms', args: [...build, '--no-cache', context] },
    { what: 'the same, all cached, ms', args: [...build, context] },
    { what: 'docker commit, 1 MB changed, ms', args: ['commit', 'bench', 'committed'], after: ['rmi', 'committed'] },
    { what: 'docker version (the client and its connection alone), ms', args: ['version'] },
  ];
  const rows: Row[] = [];
  for (const { what, args, after } of cases) {
    const measured = { ours: [] as number[], peer: [] as number[] };
    for (let run = -WARM_UP; run < RUNS; run += 1) {
      for (const [key, host] of [
        ['ours', ours],
        ['peer', peer],
      ] as const) {
        const { ms } = await docker(host, args);
        if (run >= 0) measured[key].push(ms);
        if (after) await docker(host, after);
      }
    }
    const ratio = median(measured.ours) / median(measured.peer);
    rows.push({
      what,
      measured: spread(measured.ours),
      peer: spread(measured.peer),
      reach: `${ratio.toFixed(2)}x of <= 1.0x`,
      met: ratio <= 1,
    });
  }
  for (const host of [ours, peer]) await docker(host, ['rm', '-f', 'bench']);
  return rows;
}
