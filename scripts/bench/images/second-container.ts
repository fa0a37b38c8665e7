import { readFileSync } from 'node:fs';
import { docker } from '../both-engines.ts';
import { startDrydock } from '../drydock.ts';
import { type Row, timesRow } from '../figures.ts';

const RUNS = 5;

/** The first and the second container of an image after the start of an engine; a fresh engine for each pair. */
export async function benchSecondContainer(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const image of new Set(['alpine', biggestImage()])) {
    const first: number[] = [];
    const second: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const { host, stop } = await startDrydock();
      try {
        await docker(host, ['pull', image]);
        const container = ['run', '--rm', '--network', 'none', image, 'true'];
        first.push((await docker(host, container)).ms);
        second.push((await docker(host, container)).ms);
      } finally {
        await stop();
      }
    }
    rows.push(timesRow(`second container of ${image} after a start (peer: the first one), ms`, second, first, 1));
  }
  return rows;
}

/** Of those in the lab's own registry. */
function biggestImage(): string {
  const { repositories } = JSON.parse(readFileSync('public/v2/catalog.json', 'utf8')) as {
    readonly repositories: readonly { readonly name: string; readonly size: number }[];
  };
  const [biggest] = [...repositories].sort((a, b) => b.size - a.size);
  if (!biggest) throw new Error('there are no base images: npm run images');
  return biggest.name;
}
