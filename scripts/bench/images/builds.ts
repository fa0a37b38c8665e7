import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timed } from '../../peers/process.ts';
import { type BothEngines, docker, withBothEngines } from '../both-engines.ts';
import { type Row, timesRow } from '../figures.ts';
import { inTurns } from '../turns.ts';
import { ownDocker } from './own-cli.ts';
import { smallFiles } from './sample.ts';

const ROUNDS = { runs: 9, warmUp: 3 };
const FILES = 1000;
const STAGES = 10;

/** Builds that only have to find out that nothing changed. */
export const benchBuilds = (): Promise<readonly Row[]> =>
  withBothEngines(async (engines) => [...(await context(engines)), ...(await stages(engines))]);

/** A cached build of one COPY: what is left is to read, send, unpack and hash the context. */
async function context({ ours, dockerd, folder }: BothEngines): Promise<readonly Row[]> {
  const path = join(folder, 'small-files');
  mkdirSync(path);
  smallFiles(path, FILES);
  writeFileSync(join(path, 'Dockerfile'), 'FROM scratch\nCOPY . /files\n');
  const build = ['build', '-t', 'context', path];
  const { client, own, peer } = await inTurns(
    {
      client: async () => (await docker(ours, build)).ms,
      own: () => ownDocker(ours, build),
      peer: async () => (await docker(dockerd.host, build)).ms,
    },
    ROUNDS,
  );
  return [
    timesRow('a context of 1,000 small files sent and hashed (cached COPY), docker client, ms', client, peer, 1.5),
    timesRow('the same by our own command line, ms', own, peer, 1.5),
  ];
}

/** Ten stages of a COPY and a RUN each, of which the last takes something from every other. */
async function stages({ ours, dockerd, folder }: BothEngines): Promise<readonly Row[]> {
  const path = join(folder, 'stages');
  mkdirSync(path);
  const lines: string[] = [];
  for (let stage = 1; stage <= STAGES; stage += 1) {
    writeFileSync(join(path, `file-${stage}`), `content ${stage}\n`);
    lines.push(`FROM alpine AS stage-${stage}`, `COPY file-${stage} /file`, `RUN echo ${stage} > /made`);
  }
  for (let stage = 1; stage < STAGES; stage += 1) lines.push(`COPY --from=stage-${stage} /made /made-${stage}`);
  writeFileSync(join(path, 'Dockerfile'), `${lines.join('\n')}\n`);
  const build = ['build', '--network', 'none', '-t', 'stages', path];
  const { client, own, peer } = await inTurns(
    {
      client: async () => (await docker(ours, build)).ms,
      own: () => ownDocker(ours, build),
      peer: async () => (await timed(dockerd.client, build, { DOCKER_HOST: dockerd.host, DOCKER_BUILDKIT: '1' })).ms,
    },
    ROUNDS,
  );
  return [
    timesRow("a cached build of 10 stages, docker client (peer: dockerd's BuildKit), ms", client, peer, 1),
    timesRow('the same by our own command line, ms', own, peer, 1),
  ];
}
