import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BothEngines, docker, withBothEngines } from './both-engines.ts';
import { type Row, timesRow } from './figures.ts';
import { inTurns } from './turns.ts';

/** Warm-up: the emulator compiles what it runs often, so its first rounds are slower; dockerd gets as many. */
const ROUNDS = { runs: 9, warmUp: 5 };
const MEGABYTE = 1 << 20;

interface Case {
  readonly what: string;
  readonly args: readonly string[];
  /** Undoes what a run leaves, outside the measured time. */
  readonly after?: readonly string[];
}

/** The same docker client asks both engines for the same things, in turns. */
export const benchEngines = (): Promise<readonly Row[]> => withBothEngines(compare);

async function compare({ ours, dockerd, folder }: BothEngines): Promise<readonly Row[]> {
  const peer = dockerd.host;
  const context = join(folder, 'context');
  mkdirSync(context);
  writeFileSync(join(context, 'data'), randomBytes(2 * MEGABYTE));
  writeFileSync(
    join(context, 'Dockerfile'),
    'FROM alpine\nCOPY data /data\nRUN echo one > /one.txt\nCMD ["/bin/sh"]\n',
  );
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
    const run = (host: string) => async () => {
      const { ms } = await docker(host, args);
      if (after) await docker(host, after);
      return ms;
    };
    const measured = await inTurns({ ours: run(ours), peer: run(peer) }, ROUNDS);
    rows.push(timesRow(what, measured.ours, measured.peer, 1));
  }
  for (const host of [ours, peer]) await docker(host, ['rm', '-f', 'bench']);
  return rows;
}
