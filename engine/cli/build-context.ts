import { dockerignoreOf, filterTree } from '../builder/dockerignore.ts';
import type { Directory, FileNode } from '../files/node.ts';
import { treeToTar } from '../files/tar/index.ts';
import type { Session } from './command.ts';
import { CliError } from './errors.ts';

export interface BuildContext {
  readonly tar: Uint8Array;
  /** Path of the Dockerfile in the context. */
  readonly dockerfile: string;
  /** For errors: the Dockerfile as it was named. */
  readonly shownDockerfile: string;
}

/** Name given to a Dockerfile that comes from outside of the context. */
const OUTSIDE = '.dockerfile.drydock';

/**
 * Reads a context directory without what `.dockerignore` (or `NAME.dockerignore` beside the Dockerfile) leaves out.
 * Dockerfile and ignore file themselves always go along, as the engine needs them. Owners are root, as Docker has it.
 * Throws CliError.
 */
export async function readBuildContext(session: Session, path: string, file: string): Promise<BuildContext> {
  const { files, stdin } = session.context;
  if (path === '-') return contextFromStdin(new Uint8Array(await new Response(stdin as BodyInit).arrayBuffer()), file);
  if (/^(https?|git|ssh):\/\/|^git@|^github\.com\//.test(path)) {
    throw new CliError(
      `unable to prepare context: ${JSON.stringify(path)} is remote, and this lab builds local directories only`,
    );
  }
  const root = session.resolve(path);
  const stat = await files.stat(root);
  if (!stat) throw new CliError(`unable to prepare context: path ${JSON.stringify(path)} not found`);
  const tree = stat.kind === 'directory' ? await files.tree(root) : undefined;
  if (tree?.kind !== 'directory') {
    throw new CliError(`unable to prepare context: path ${JSON.stringify(path)} is not a directory`);
  }
  const named = await locateDockerfile(session, root, tree, file);
  const ignoreFile = child(tree, `${named.path}.dockerignore`) ?? child(tree, '.dockerignore');
  const kept = ignoreFile?.kind === 'file' ? applyIgnore(tree, ignoreFile.data, named.path) : tree;
  const whole = named.outside ? withFile(kept, named.path, named.outside) : kept;
  return { tar: tarOf(whole), dockerfile: named.path, shownDockerfile: file || 'Dockerfile' };
}

function tarOf(tree: Directory): Uint8Array {
  return treeToTar(tree, { owner: { uid: 0, gid: 0 } });
}

interface NamedDockerfile {
  readonly path: string;
  /** Its bytes, if it is not part of the context. */
  readonly outside?: Uint8Array;
}

async function locateDockerfile(
  session: Session,
  root: string,
  tree: Directory,
  file: string,
): Promise<NamedDockerfile> {
  const { files, stdin } = session.context;
  if (file === '-')
    return { path: OUTSIDE, outside: new Uint8Array(await new Response(stdin as BodyInit).arrayBuffer()) };
  // A relative `-f` is looked for in the working directory, and the default one in the context.
  const absolute = file === '' ? defaultDockerfile(root, tree) : session.resolve(file);
  const inside =
    root === '/' ? absolute.slice(1) : absolute.startsWith(`${root}/`) ? absolute.slice(root.length + 1) : undefined;
  if (inside !== undefined && child(tree, inside)) return { path: inside };
  const stat = inside === undefined ? await files.stat(absolute) : undefined;
  if (stat?.kind === 'file') return { path: OUTSIDE, outside: await files.read(absolute) };
  const name = absolute.split('/').at(-1) ?? '';
  throw new CliError(
    `ERROR: failed to build: failed to solve: failed to read dockerfile: open ${inside ?? name}: no such file or directory`,
  );
}

/** Docker takes a lower-case `dockerfile` where there is no other. */
function defaultDockerfile(root: string, tree: Directory): string {
  const name = !tree.children.has('Dockerfile') && tree.children.has('dockerfile') ? 'dockerfile' : 'Dockerfile';
  return root === '/' ? `/${name}` : `${root}/${name}`;
}

function applyIgnore(tree: Directory, text: Uint8Array, dockerfile: string): Directory {
  const lines = new TextDecoder().decode(text);
  const own = lines
    .replace(/^\ufeff/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  return filterTree(tree, dockerignoreOf([...own, '!.dockerignore', `!${dockerfile}`]));
}

function contextFromStdin(bytes: Uint8Array, file: string): BuildContext {
  const isTar = bytes.length > 262 && new TextDecoder().decode(bytes.subarray(257, 262)) === 'ustar';
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (isTar || isGzip) return { tar: bytes, dockerfile: file || 'Dockerfile', shownDockerfile: file || 'Dockerfile' };
  // Anything else is a Dockerfile without a context.
  const alone: Directory = { kind: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, children: new Map() };
  return { tar: tarOf(withFile(alone, 'Dockerfile', bytes)), dockerfile: 'Dockerfile', shownDockerfile: 'Dockerfile' };
}

function withFile(tree: Directory, name: string, data: Uint8Array): Directory {
  const node: FileNode = { kind: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, data };
  return { ...tree, children: new Map([...tree.children, [name, node]]) };
}

function child(tree: Directory, path: string): FileNode | undefined {
  let node: FileNode | undefined = tree;
  for (const name of path.split('/')) node = node?.kind === 'directory' ? node.children.get(name) : undefined;
  return node;
}
