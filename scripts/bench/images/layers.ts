import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Directory } from '../../../engine/files/node.ts';
import { readTree } from '../../../engine/hosts/node/read-tree.ts';
import { decompress } from '../../../engine/image/compression.ts';
import { sha256 } from '../../../engine/image/digest.ts';
import { gzip } from '../../../engine/image/gzip.ts';
import { layerTarToTree, treeToLayerTar } from '../../../engine/image/layer.ts';
import { timed } from '../../peers/process.ts';
import { type Row, throughputRow } from '../figures.ts';
import { elapsed, inTurns } from '../turns.ts';
import { mixedFiles, sampleFolder, smallFiles } from './sample.ts';

const ROUNDS = { runs: 5, warmUp: 2 };

/** A layer from a tree to its blob and both digests, and back; natively from and to files in memory. */
export async function benchLayers(): Promise<readonly Row[]> {
  const samples = [
    { what: '45 MB of Debian', fill: (into: string) => mixedFiles(into, 15e6) },
    { what: '10,000 small files', fill: (into: string) => smallFiles(into, 10_000) },
  ];
  const rows: Row[] = [];
  for (const { what, fill } of samples) {
    const folder = sampleFolder();
    try {
      rows.push(...(await compare(what, folder, fill)));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

async function compare(what: string, folder: string, fill: (into: string) => number): Promise<readonly Row[]> {
  const files = join(folder, 'files');
  mkdirSync(files);
  const bytes = fill(files);
  const tree = await readTree(files);
  if (tree.kind !== 'directory') throw new Error('unreachable: the folder was made above');
  const blob = await pack(tree);
  writeFileSync(join(folder, 'blob'), blob);

  const native = async (script: string) => (await timed('bash', ['-ec', `cd "${folder}"; ${script}`])).ms;
  const packing = await inTurns(
    {
      ours: () => elapsed(() => pack(tree)),
      peer: () =>
        native('tar -C files -cf - . | tee >(sha256sum >/dev/null) | gzip | tee packed | sha256sum >/dev/null'),
    },
    ROUNDS,
  );
  const unpacking = await inTurns(
    {
      ours: () => elapsed(() => unpack(blob)),
      peer: async () => {
        rmSync(join(folder, 'unpacked'), { recursive: true, force: true });
        mkdirSync(join(folder, 'unpacked'));
        return native(
          'tee >(sha256sum >/dev/null) <blob | gzip -d | tee >(sha256sum >/dev/null) | tar -C unpacked -xf -',
        );
      },
    },
    ROUNDS,
  );
  return [
    throughputRow(`pack a layer of ${what}: tar, gzip, sha256 of both, MB/s`, bytes, packing, 0.5),
    throughputRow('the same back: sha256 of both, gunzip, untar, MB/s', bytes, unpacking, 0.5),
  ];
}

async function pack(tree: Directory): Promise<Uint8Array> {
  const tar = treeToLayerTar(tree);
  await sha256(tar);
  const blob = await gzip(tar);
  await sha256(blob);
  return blob;
}

async function unpack(blob: Uint8Array): Promise<Directory> {
  await sha256(blob);
  const tar = await decompress(blob, { what: 'the layer' });
  await sha256(tar);
  return layerTarToTree(tar);
}
