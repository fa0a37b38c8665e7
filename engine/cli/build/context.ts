import { looksLikeArchive } from '../../builder/archive.ts';
import { dockerignoreOf, filterTree } from '../../builder/dockerignore.ts';
import { type Directory, directory, type FileNode, file } from '../../files/node.ts';
import { treeToTar } from '../../files/tar/index.ts';
import type { Session } from '../command.ts';
import { CliError } from '../errors.ts';

/** What a build is made from, as it is sent. */
export interface BuildContext {
  /** Plain or compressed; empty for a remote context. */
  readonly tar: Uint8Array;
  /** Path of the Dockerfile in the context, or its name if it is not in there. */
  readonly dockerfile: string;
  /** A Dockerfile that is not in the context, and the ignore file beside it. */
  readonly outside?: { readonly dockerfile: Uint8Array; readonly dockerignore?: Uint8Array };
  /** Where the context is; empty if it comes from standard input. */
  readonly name: string;
  /** A context that the engine is to fetch. */
  readonly remote?: string;
}

const DEFAULT = 'Dockerfile';
/** Name given in the context to a Dockerfile from outside, for engines that look for it only there. */
const SMUGGLED = '.dockerfile.drydock';

/**
 * Reads a context directory without what `.dockerignore` (or `NAME.dockerignore` beside the Dockerfile) leaves out.
 * Dockerfile and ignore file themselves always go along, as the engine needs them. Owners are root, as Docker has it.
 * Throws CliError.
 */
export async function readBuildContext(session: Session, path: string, named: string): Promise<BuildContext> {
  if (path === '-' && named === '-')
    throw new CliError("invalid argument: can't use stdin for both build context and dockerfile");
  if (path === '-') return contextFromStdin(await readStdin(session), named);
  if (/^(https?|git|ssh):\/\/|^git@|^github\.com\//.test(path)) {
    return { tar: new Uint8Array(), dockerfile: named || DEFAULT, name: path, remote: path };
  }
  const root = session.resolve(path);
  const tree = await readDirectory(session, root, path);
  const dockerfile = await locateDockerfile(session, root, tree, named);
  const ignore = dockerfile.outside?.dockerignore ?? ignoreFileOf(tree, dockerfile.path);
  const kept = ignore ? applyIgnore(tree, ignore, dockerfile.path) : tree;
  const { outside } = dockerfile;
  if (!outside) return { tar: contextTar(kept), dockerfile: dockerfile.path, name: root };
  if (session.client.isDrydock) return { tar: contextTar(kept), dockerfile: dockerfile.path, name: root, outside };
  // Other engines look for it in the context only.
  const children = new Map([...kept.children, [SMUGGLED, file(outside.dockerfile)] as const]);
  return { tar: contextTar({ ...kept, children }), dockerfile: SMUGGLED, name: root };
}

/** A directory as `--build-context` sends it: all of it but what its `.dockerignore` leaves out. Throws CliError. */
export async function readNamedContext(session: Session, path: string): Promise<Uint8Array> {
  const tree = await readDirectory(session, session.resolve(path), path);
  const ignore = tree.children.get('.dockerignore');
  return contextTar(ignore?.kind === 'file' ? applyIgnore(tree, ignore.data) : tree);
}

async function readStdin({ context: { stdin } }: Session): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stdin as BodyInit).arrayBuffer());
}

async function readDirectory({ context: { files } }: Session, root: string, shown: string): Promise<Directory> {
  const stat = await files.stat(root);
  if (!stat) throw new CliError(`unable to prepare context: path ${JSON.stringify(shown)} not found`);
  const tree = stat.kind === 'directory' ? await files.tree(root) : undefined;
  if (tree?.kind === 'directory') return tree;
  throw new CliError(`unable to prepare context: path ${JSON.stringify(shown)} is not a directory`);
}

function contextTar(tree: Directory): Uint8Array {
  return treeToTar(tree, { owner: { uid: 0, gid: 0 } });
}

type NamedDockerfile = { readonly path: string; readonly outside?: NonNullable<BuildContext['outside']> };

async function locateDockerfile(
  session: Session,
  root: string,
  tree: Directory,
  named: string,
): Promise<NamedDockerfile> {
  const { files } = session.context;
  if (named === '-') return { path: DEFAULT, outside: { dockerfile: await readStdin(session) } };
  // A relative `-f` is looked for in the working directory, and the default one in the context.
  const absolute = named === '' ? defaultDockerfile(root, tree) : session.resolve(named);
  const prefix = root === '/' ? '/' : `${root}/`;
  const inside = absolute.startsWith(prefix) ? absolute.slice(prefix.length) : undefined;
  if (inside !== undefined && child(tree, inside)) return { path: inside };
  const isFile = async (path: string): Promise<boolean> => (await files.stat(path))?.kind === 'file';
  const name = absolute.split('/').at(-1) ?? '';
  if (inside === undefined && (await isFile(absolute))) {
    const ignore = `${absolute}.dockerignore`;
    const dockerignore = (await isFile(ignore)) && { dockerignore: await files.read(ignore) };
    return { path: name, outside: { dockerfile: await files.read(absolute), ...dockerignore } };
  }
  throw new CliError(
    `ERROR: failed to build: failed to solve: failed to read dockerfile: open ${inside ?? name}: no such file or directory`,
  );
}

/** Docker takes a lower-case `dockerfile` where there is no other. */
function defaultDockerfile(root: string, tree: Directory): string {
  const name = !tree.children.has(DEFAULT) && tree.children.has('dockerfile') ? 'dockerfile' : DEFAULT;
  return root === '/' ? `/${name}` : `${root}/${name}`;
}

function ignoreFileOf(tree: Directory, dockerfile: string): Uint8Array | undefined {
  const node = child(tree, `${dockerfile}.dockerignore`) ?? child(tree, '.dockerignore');
  return node?.kind === 'file' ? node.data : undefined;
}

function applyIgnore(tree: Directory, text: Uint8Array, dockerfile?: string): Directory {
  const own = new TextDecoder()
    .decode(text)
    .replace(/^\ufeff/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  const needed = dockerfile === undefined ? [] : ['!.dockerignore', `!${dockerfile}`, `!${dockerfile}.dockerignore`];
  return filterTree(tree, dockerignoreOf([...own, ...needed]));
}

/** An archive is the context; anything else is a Dockerfile without one. */
function contextFromStdin(bytes: Uint8Array, named: string): BuildContext {
  if (looksLikeArchive(bytes)) return { tar: bytes, dockerfile: named || DEFAULT, name: '' };
  return { tar: contextTar(directory({ [DEFAULT]: file(bytes) })), dockerfile: DEFAULT, name: '' };
}

function child(tree: Directory, path: string): FileNode | undefined {
  let node: FileNode | undefined = tree;
  for (const name of path.split('/')) node = node?.kind === 'directory' ? node.children.get(name) : undefined;
  return node;
}
