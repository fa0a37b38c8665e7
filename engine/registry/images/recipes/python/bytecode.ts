import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Directory } from '../../../../files/node.ts';
import { cached, hashOf } from '../../../../guest/build/cache.ts';
import { requireTools, run } from '../../../../guest/build/command.ts';
import { readTree } from '../../../../hosts/node/read-tree.ts';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'compile.py');

/**
 * The `__pycache__` folders of a tree of Python modules, as Debian's postinst scripts leave them. Cached.
 * @param installed where the tree will be: tracebacks name it
 * @throws MissingToolError
 */
export async function bytecode(modules: Directory, installed: string): Promise<Directory> {
  await requireTools('/usr/bin/python3.11');
  const sources = [...sourcesBelow(modules)];
  const directory = await cached({
    name: 'bytecode',
    title: "Compile Python's standard library",
    key: hashOf(installed, await readFile(SCRIPT), ...sources.flat()),
    make: (output) => compile(sources, output, installed),
  });
  const tree = await readTree(directory);
  if (tree.kind !== 'directory') throw new Error('unreachable: the cache keeps folders');
  return tree;
}

async function compile(sources: readonly Source[], output: string, installed: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-python-'));
  try {
    for (const [path, data] of sources) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), data);
    }
    // Sets are written in the order of their hashes, so these must not be random; and no site's modules have a say.
    await run('/usr/bin/python3.11', ['-s', '-S', SCRIPT, folder, output, installed], { env: { PYTHONHASHSEED: '0' } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A path and the file there. */
type Source = readonly [string, Uint8Array];

function* sourcesBelow(directory: Directory, prefix = ''): Generator<Source> {
  for (const [name, node] of [...directory.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (node.kind === 'directory') yield* sourcesBelow(node, `${prefix}${name}/`);
    else if (node.kind === 'file' && name.endsWith('.py')) yield [prefix + name, node.data];
  }
}
