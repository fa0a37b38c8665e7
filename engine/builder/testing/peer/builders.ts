import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Dockerd } from '../../../../scripts/peers/dockerd.ts';
import type { Transport } from '../../../api/transport.ts';
import { PROGRESS_HEADER } from '../../../api/types.ts';
import { treeToTar } from '../../../files/tar/index.ts';
import { readTree } from '../../../hosts/node/read-tree.ts';
import { BASE_FOLDER, BASE_NAME, type PeerCase } from './cases.ts';
import { readSaved, type SavedImage } from './describe-image.ts';

const execute = promisify(execFile);
const MAX_BUFFER = 1 << 28;

/** A build's result, or why it failed. */
export type Built = { readonly image: SavedImage } | { readonly error: string };

/** Builds by Drydock, which is sent the whole context and leaves out itself what .dockerignore says. */
export async function buildByDrydock(transport: Transport, wanted: PeerCase, context: string): Promise<Built> {
  const name = `case-${wanted.name}`;
  const error = await build(transport, context, {
    t: name,
    buildargs: JSON.stringify(wanted.buildArgs ?? {}),
    labels: JSON.stringify(wanted.labels ?? {}),
    ...(wanted.target ? { target: wanted.target } : {}),
    ...(wanted.file ? { dockerfile: wanted.file } : {}),
  });
  return error === undefined ? { image: await savedByDrydock(transport, name) } : { error };
}

/** @returns why it failed */
async function build(
  transport: Transport,
  context: string,
  query: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const tree = await readTree(context);
  if (tree.kind !== 'directory') throw new TypeError('a context is a directory');
  const response = await transport.fetch(
    new Request(`http://drydock/v1.50/build?${new URLSearchParams(query)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-tar', [PROGRESS_HEADER]: '1' },
      body: treeToTar(tree, { owner: { uid: 0, gid: 0 } }) as Uint8Array<ArrayBuffer>,
    }),
  );
  const body = await response.text();
  if (!response.ok) return body;
  const messages = body.split('\n').filter((line) => line !== '');
  return messages.map((line) => JSON.parse(line) as { error?: string }).find(({ error }) => error !== undefined)?.error;
}

async function savedByDrydock(transport: Transport, name: string): Promise<SavedImage> {
  return readSaved(await archiveOf(transport, name));
}

async function archiveOf(transport: Transport, name: string): Promise<Uint8Array> {
  const response = await transport.fetch(new Request(`http://drydock/v1.50/images/${name}/get`));
  if (!response.ok) throw new Error(await response.text());
  return new Uint8Array(await response.arrayBuffer());
}

/** Builds by dockerd's BuildKit, for the platform that Drydock has. */
export async function buildByDockerd(dockerd: Dockerd, wanted: PeerCase, context: string): Promise<Built> {
  const name = `case-${wanted.name}`;
  const args = ['build', '--platform', 'linux/386', '--network', 'none', '--progress', 'plain', '-t', name];
  for (const [key, value] of Object.entries(wanted.buildArgs ?? {})) args.push('--build-arg', `${key}=${value}`);
  for (const [key, value] of Object.entries(wanted.labels ?? {})) args.push('--label', `${key}=${value}`);
  if (wanted.target) args.push('--target', wanted.target);
  if (wanted.file) args.push('-f', `${context}/${wanted.file}`);
  const env = { ...process.env, DOCKER_HOST: dockerd.host, DOCKER_BUILDKIT: '1', BUILDKIT_PROGRESS: 'plain' };
  try {
    await execute(dockerd.client, [...args, context], { env, maxBuffer: MAX_BUFFER });
  } catch (error) {
    return { error: (error as { stderr?: string }).stderr ?? String(error) };
  }
  const { stdout } = await execute(dockerd.client, ['save', name], { env, maxBuffer: MAX_BUFFER, encoding: 'buffer' });
  return { image: readSaved(new Uint8Array(stdout)) };
}

/** Builds the image that the cases are based on by Drydock, and gives it to dockerd too. */
export async function makeBase(transport: Transport, dockerd: Dockerd): Promise<SavedImage> {
  const error = await build(transport, BASE_FOLDER, { t: BASE_NAME });
  if (error !== undefined) throw new Error(error);
  const archive = await archiveOf(transport, BASE_NAME);
  const load = execute(dockerd.client, ['load'], { env: { ...process.env, DOCKER_HOST: dockerd.host } });
  load.child.stdin?.end(archive);
  await load;
  return readSaved(archive);
}
