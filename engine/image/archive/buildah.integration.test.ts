import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTar } from '../../files/tar/index.ts';
import { memoryImageStore } from '../testing/stores.ts';
import { loadImages } from './load.ts';
import { saveImages } from './save.ts';

const NAME = 'localhost/made:1';

describe('images built by buildah', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const run = (tool: string, ...args: string[]): string =>
    execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 }).trim();
  const buildah = (...args: string[]): string =>
    run('buildah', '--root', at('root'), '--runroot', at('run'), '--storage-driver', 'vfs', ...args);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'drydock-buildah-'));
    mkdirSync(at('context'));
    writeFileSync(at('context/f'), 'hi');
    writeFileSync(at('context/Dockerfile'), 'FROM scratch\nCOPY f /a/f\nENV X=1\nLABEL l=m\nCMD ["/a/f"]\n');
    buildah('build', '--isolation', 'chroot', '--arch', '386', '-q', '-t', NAME, at('context'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('load and save again with equal digests', async () => {
    buildah('push', '-q', NAME, `oci-archive:${at('oci.tar')}:${NAME}`);
    const { store } = await memoryImageStore();
    const [loaded] = await loadImages(store, new Uint8Array(readFileSync(at('oci.tar'))));
    expect(loaded?.names).toEqual([NAME]);
    writeFileSync(at('again.tar'), writeTar(await saveImages(store, [NAME])));
    const digest = (archive: string): string =>
      (JSON.parse(run('skopeo', 'inspect', archive)) as { Digest: string }).Digest;
    const config = (archive: string): string => run('skopeo', 'inspect', '--config', '--raw', archive);
    expect(digest(`oci-archive:${at('again.tar')}`)).toBe(digest(`oci-archive:${at('oci.tar')}`));
    expect(config(`oci-archive:${at('again.tar')}`)).toBe(config(`oci-archive:${at('oci.tar')}`));
    const shown = buildah('images', '-q', '--no-trunc', NAME);
    expect(loaded?.image.id).toBe(`sha256:${shown.replace('sha256:', '')}`);
  });

  it('come as docker-archives too, and go back', async () => {
    buildah('push', '-q', NAME, `docker-archive:${at('docker.tar')}:${NAME}`);
    const { store } = await memoryImageStore();
    const [loaded] = await loadImages(store, new Uint8Array(readFileSync(at('docker.tar'))));
    expect(loaded?.image.config.config).toMatchObject({ Cmd: ['/a/f'], Labels: { l: 'm' } });
    writeFileSync(at('back.tar'), writeTar(await saveImages(store, [NAME])));
    buildah('rmi', '-a', '-f');
    buildah('pull', '-q', `docker-archive:${at('back.tar')}`);
    expect(buildah('images', '-q', '--no-trunc')).toContain(loaded?.image.id.slice('sha256:'.length));
  });
});
