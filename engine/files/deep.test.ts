import { describe, expect, it } from 'vitest';
import { applyLayer, emptyRoot, layerChanges, treeToLayerTar } from '../image/layer.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { type Directory, directory, file } from './node.ts';
import { treeToTar } from './tar/index.ts';
import { countBytes, insert, lookup, merge, remove, walk } from './tree.ts';

const DEPTH = 10_000;
const PATH = '/d'.repeat(DEPTH);

/** A file `name` below ten thousand directories. */
function deep(name: string, content: string): Directory {
  let tree = directory({ [name]: file(content) });
  for (let i = 0; i < DEPTH; i++) tree = directory({ d: tree });
  return tree;
}

const contentAt = (tree: Directory, path: string): string | undefined => {
  const node = lookup(tree, path);
  return node?.kind === 'file' ? new TextDecoder().decode(node.data) : undefined;
};

describe('trees ten thousand directories deep', () => {
  const one = deep('one', 'first');
  const two = deep('two', 'second');

  it('are walked and counted', () => {
    let nodes = 0;
    for (const _ of walk(one)) nodes++;
    expect(nodes).toBe(DEPTH + 2);
    expect(countBytes(one)).toBe(5);
  });

  it('are merged, added to and taken from', () => {
    const both = merge(one, two);
    expect([contentAt(both, `${PATH}/one`), contentAt(both, `${PATH}/two`)]).toEqual(['first', 'second']);
    const three = insert(both, `${PATH}/three`, file('third'));
    expect(contentAt(three, `${PATH}/three`)).toBe('third');
    expect(contentAt(remove(three, `${PATH}/one`), `${PATH}/one`)).toBeUndefined();
  });

  it('are layers like others', () => {
    const applied = applyLayer(applyLayer(emptyRoot(), one), two);
    expect([contentAt(applied, `${PATH}/one`), contentAt(applied, `${PATH}/two`)]).toEqual(['first', 'second']);
    const changes = layerChanges(one, two);
    expect(changes).toHaveLength(DEPTH + 1);
    expect(changes.at(-1)).toEqual({ path: `${PATH}/two`, kind: 'A' });
  });

  it('go through a memory file system and back', () => {
    const system = new MemoryFileSystem();
    system.replaceWith(one);
    system.replaceWith(two);
    expect(contentAt(system.toTree() as Directory, `${PATH}/two`)).toBe('second');
    system.replaceWith(directory());
    expect((system.toTree() as Directory).children.size).toBe(0);
  });

  it('become archives, if someone wants them', () => {
    const shallow = lookup(one, '/d'.repeat(DEPTH - 1000)) as Directory;
    expect(treeToTar(shallow).length).toBeGreaterThan(1000 * 512);
    expect(treeToLayerTar(shallow).length).toBeGreaterThan(1000 * 512);
  });
});
