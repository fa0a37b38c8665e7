import { describe, expect, it } from 'vitest';
import type { FileStat } from '../context.ts';
import { outputOption } from './output.ts';

const there: Readonly<Record<string, FileStat['kind']>> = { dir: 'directory', 'f.tar': 'file' };
const read = (output: readonly string[], more: { load?: boolean; push?: boolean } = {}, console = false) =>
  outputOption(
    { output, load: false, push: false, ...more },
    async (path) => (there[path] ? { kind: there[path], size: 0, mode: 0 } : undefined),
    console,
  );

describe('--output', () => {
  it.each<[readonly string[], object]>([
    [[], { kind: 'image', push: false, names: [] }],
    [['out'], { kind: 'directory', type: 'directory', path: 'out' }],
    [['-'], { kind: 'file', type: 'tarball', path: '-' }],
    [['type=local,dest=dir'], { kind: 'directory', type: 'directory', path: 'dir' }],
    [['type=tar,dest=f.tar'], { kind: 'file', type: 'tarball', path: 'f.tar' }],
    [['type=tar'], { kind: 'file', type: 'tarball', path: '-' }],
    [['type=docker'], { kind: 'image', push: false, names: [] }],
    [['type=docker,dest=f.tar'], { kind: 'file', type: 'docker', path: 'f.tar' }],
    [['type=oci'], { kind: 'file', type: 'oci', path: '-' }],
    [['type=oci,tar=false,dest=dir'], { kind: 'directory', type: 'oci', path: 'dir' }],
    [['type=image,"name=a,b",push=true'], { kind: 'image', push: true, names: ['a', 'b'] }],
    [['type=registry'], { kind: 'image', push: true, names: [] }],
    [['type=cacheonly'], { kind: 'none' }],
  ])('%j', async (output, expected) => {
    expect(await read(output)).toEqual(expected);
  });

  it('--push is short for a registry', async () => {
    expect(await read([], { push: true })).toMatchObject({ push: true });
    expect(await read([], { load: true })).toMatchObject({ kind: 'image', push: false });
  });

  it.each<[readonly string[], string]>([
    [['a', 'b'], 'multiple outputs are not supported by this engine, please use a single output'],
    [['dest=x'], 'type is required for output'],
    [['type=local'], 'dest is required for local exporter'],
    [['type=local,dest=-'], 'dest cannot be stdout for local exporter'],
    [['type=local,dest=f.tar'], 'destination directory f.tar is a file'],
    [['type=tar,dest=dir'], 'destination file dir is a directory'],
    [['type=what'], 'exporter "what" could not be found'],
    [['type=local,dest'], 'invalid value type=local,dest'],
  ])('%j is refused', async (output, message) => {
    await expect(read(output)).rejects.toThrow(message);
  });

  it('writes no tar to a terminal', async () => {
    await expect(read(['-'], {}, true)).rejects.toThrow(
      'dest file is required for tar exporter. refusing to write to console',
    );
  });
});
