import { describe, expect, it } from 'vitest';
import type { Directory, FileNode } from '../../files/node.ts';
import { tarToTree, treeToTar } from '../../files/tar/index.ts';
import type { Session } from '../command.ts';
import { readBuildContext } from './context.ts';

const metadata = { mode: 0o644, uid: 7, gid: 7, mtime: 1 };
const file = (text: string): FileNode => ({ ...metadata, kind: 'file', data: new TextEncoder().encode(text) });
const directory = (entries: Readonly<Record<string, FileNode>>): Directory => ({
  ...metadata,
  mode: 0o755,
  kind: 'directory',
  children: new Map(Object.entries(entries)),
});

function session(root: Directory, stdin: string | Uint8Array = '', isDrydock = true): Session {
  const find = (path: string): FileNode | undefined => {
    let node: FileNode | undefined = root;
    for (const name of path.split('/').filter(Boolean)) {
      node = node?.kind === 'directory' ? node.children.get(name) : undefined;
    }
    return node;
  };
  // Only what reading a context needs.
  return {
    client: { isDrydock },
    resolve: (path: string) => (path.startsWith('/') ? path : `/project/${path}`.replace(/\/\.$/, '')),
    context: {
      stdin: new Blob([stdin as BlobPart]).stream(),
      files: {
        stat: async (path: string) => {
          const node = find(path);
          return node && { kind: node.kind, size: 0, mode: node.mode };
        },
        read: async (path: string) => {
          const node = find(path);
          if (node?.kind !== 'file') throw new Error('no file');
          return node.data;
        },
        tree: async (path: string) => {
          const node = find(path);
          if (!node) throw new Error('nothing');
          return node;
        },
      },
    },
  } as unknown as Session;
}

/** Paths in the tar, sorted. */
function paths(tar: Uint8Array): readonly string[] {
  const list: string[] = [];
  const walk = (node: Directory, prefix: string): void => {
    for (const [name, child] of node.children) {
      list.push(prefix + name);
      if (child.kind === 'directory') walk(child, `${prefix}${name}/`);
    }
  };
  walk(tarToTree(tar), '');
  return list.sort();
}

describe('readBuildContext', () => {
  it('sends everything, owned by root', async () => {
    const root = directory({ project: directory({ Dockerfile: file('FROM x'), src: directory({ a: file('1') }) }) });
    const { tar, dockerfile } = await readBuildContext(session(root), '.', '');
    expect(dockerfile).toBe('Dockerfile');
    expect(paths(tar)).toEqual(['Dockerfile', 'src', 'src/a']);
    expect(tarToTree(tar).children.get('Dockerfile')).toMatchObject({ uid: 0, gid: 0, mtime: 1, mode: 0o644 });
  });

  it('leaves out what .dockerignore names, but not the Dockerfile', async () => {
    const root = directory({
      project: directory({
        Dockerfile: file('FROM x'),
        '.dockerignore': file('# comment\nDockerfile\n.dockerignore\nsecret\nsub/*\n!sub/keep\n'),
        secret: file('s'),
        sub: directory({ keep: file('k'), drop: file('d') }),
      }),
    });
    const { tar } = await readBuildContext(session(root), '.', '');
    expect(paths(tar)).toEqual(['.dockerignore', 'Dockerfile', 'sub', 'sub/keep']);
  });

  it('goes by the ignore file beside another Dockerfile', async () => {
    const root = directory({
      project: directory({
        'a.df': file('FROM x'),
        'a.df.dockerignore': file('b'),
        '.dockerignore': file('c'),
        b: file(''),
        c: file(''),
      }),
    });
    const { tar, dockerfile } = await readBuildContext(session(root), '.', 'a.df');
    expect(dockerfile).toBe('a.df');
    expect(paths(tar)).toEqual(['.dockerignore', 'a.df', 'a.df.dockerignore', 'c']);
  });

  const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

  it('takes a Dockerfile from outside beside the context, with the ignore file beside it', async () => {
    const root = directory({
      project: directory({ a: file('1'), b: file('2'), '.dockerignore': file('a') }),
      other: directory({ df: file('FROM outside'), 'df.dockerignore': file('b') }),
    });
    const { tar, dockerfile, outside } = await readBuildContext(session(root), '.', '/other/df');
    expect([dockerfile, text(outside?.dockerfile), text(outside?.dockerignore)]).toEqual(['df', 'FROM outside', 'b']);
    expect(paths(tar)).toEqual(['.dockerignore', 'a']);
    // An engine that has no place for it finds it in the context.
    const inside = await readBuildContext(session(root, '', false), '.', '/other/df');
    expect(inside.outside).toBeUndefined();
    expect(tarToTree(inside.tar).children.get(inside.dockerfile)).toMatchObject({
      data: new TextEncoder().encode('FROM outside'),
    });
  });

  it('takes a Dockerfile or a whole context from stdin', async () => {
    const root = directory({ project: directory({ a: file('1') }) });
    const piped = await readBuildContext(session(root, 'FROM stdin'), '.', '-');
    expect([piped.dockerfile, text(piped.outside?.dockerfile), paths(piped.tar)]).toEqual([
      'Dockerfile',
      'FROM stdin',
      ['a'],
    ]);
    const alone = await readBuildContext(session(root, 'FROM alone'), '-', '');
    expect(paths(alone.tar)).toEqual(['Dockerfile']);
    for (const archive of [treeToTar(directory({ x: file('y') })), new Uint8Array([0x1f, 0x8b, 8, 0])]) {
      expect(await readBuildContext(session(root, archive), '-', 'sub/df')).toMatchObject({
        tar: archive,
        dockerfile: 'sub/df',
      });
    }
    await expect(readBuildContext(session(root), '-', '-')).rejects.toThrow("can't use stdin for both build context");
  });

  it('leaves a remote context to the engine', async () => {
    expect(await readBuildContext(session(directory({})), 'https://example.com/x.tar.gz', 'df')).toMatchObject({
      remote: 'https://example.com/x.tar.gz',
      dockerfile: 'df',
    });
  });

  it('finds a lower-case dockerfile when there is no other', async () => {
    const root = directory({ project: directory({ dockerfile: file('FROM x') }) });
    expect((await readBuildContext(session(root), '.', '')).dockerfile).toBe('dockerfile');
  });

  it.each([
    ['nowhere', '', 'unable to prepare context: path "nowhere" not found'],
    ['Dockerfile', '', 'unable to prepare context: path "Dockerfile" is not a directory'],
    ['.', 'missing', 'failed to read dockerfile: open missing: no such file or directory'],
  ])('refuses %s %s', async (path, name, message) => {
    const root = directory({ project: directory({ Dockerfile: file('FROM x') }) });
    await expect(readBuildContext(session(root), path, name)).rejects.toThrow(message);
  });
});
