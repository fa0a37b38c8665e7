import { type Mount, parseMount } from '../dockerfile/index.ts';
import type { Directory, FileNode } from '../files/node.ts';
import { lookup } from '../files/tree.ts';
import { sha256 } from '../image/digest.ts';
import { emptyRoot } from '../image/layer.ts';
import { describeSources } from './content-digest.ts';
import { BuildError } from './errors.ts';
import { quote } from './go-format.ts';
import { expandIn } from './metadata.ts';
import { baseName, cleanAbsolute, joinPath } from './paths.ts';
import type { StepMount } from './run-step.ts';
import type { StepContext } from './stage-solver.ts';
import type { InstructionOf, StageState } from './stage-state.ts';

/** What the mounts of a RUN come to. */
export interface PreparedMounts {
  readonly mounts: readonly StepMount[];
  /** Secrets that are handed over as variables, `NAME=value`. */
  readonly environment: readonly string[];
  /** What counts for the cache besides the files: the mounts as asked for, never a secret's value. */
  readonly keys: readonly string[];
  /** Files that can be read through the mounts, as `describeSources` has them. */
  readonly files: ReadonlyMap<string, string>;
}

interface PreparedMount {
  readonly mount?: StepMount;
  readonly environment?: string;
  readonly files?: ReadonlyMap<string, string>;
}

interface Step {
  readonly state: StageState;
  readonly instruction: InstructionOf<'RUN'>;
  readonly context: StepContext;
  /** The command, for the list of caches. */
  readonly argv: readonly string[];
}

const NOTHING: ReadonlyMap<string, string> = new Map();
const encoder = new TextEncoder();

/**
 * `RUN --mount=...` (Dockerfile reference, "RUN --mount").
 * @throws BuildError `invalid`, `not-found` for a source or a required secret that is not there; DockerfileError
 */
export async function prepareMounts(step: Step): Promise<PreparedMounts> {
  const prepared: PreparedMount[] = [];
  const keys: string[] = [];
  for (const spec of step.instruction.mounts) {
    const expand = (text: string): string =>
      expandIn(step.state, { value: text, range: spec.text.range }, step.context.instructions);
    const mount = parseMount(spec, expand);
    keys.push(JSON.stringify(mount));
    prepared.push(await prepareMount(mount, step));
  }
  return {
    mounts: prepared.flatMap(({ mount }) => mount ?? []),
    environment: prepared.flatMap(({ environment }) => environment ?? []),
    keys,
    files: new Map(prepared.flatMap(({ files = NOTHING }) => [...files])),
  };
}

async function prepareMount(mount: Mount, step: Step): Promise<PreparedMount> {
  const { state, instruction } = step;
  const ofItsOwn = mount.type === 'secret' || mount.type === 'ssh';
  const target =
    mount.target === undefined && ofItsOwn ? undefined : joinPath(state.config.WorkingDir ?? '', mount.target ?? '');
  if (target === '/') {
    throw new BuildError('invalid', `invalid mount target ${quote(target)}`, { range: instruction.range });
  }
  switch (mount.type) {
    case 'tmpfs':
      return { mount: { type: 'tmpfs', target: target ?? '/', size: mount.size } };
    case 'secret':
      return prepareSecret(mount, target, step);
    case 'ssh':
      // As in BuildKit, a step that can do without an agent runs without one.
      if (!mount.required) return {};
      throw new BuildError('invalid', 'RUN --mount=type=ssh: there is no SSH agent to forward to a build here', {
        range: instruction.range,
      });
    case 'cache':
      return prepareCache(mount, target ?? '/', step);
    case 'bind':
      return prepareBind(mount, target ?? '/', step);
  }
}

async function prepareBind(mount: Mount, target: string, step: Step): Promise<PreparedMount> {
  const node = await sourceOf(mount, step);
  const files = await described(mount, node);
  const writable = !mount.readonly;
  if (node.kind === 'file') {
    const { data, mode, uid, gid } = node;
    return { mount: { type: 'file', target, data, mode, uid, gid, writable }, files };
  }
  return { mount: { type: 'bind', target, tree: directoryOf(node, mount, step), writable }, files };
}

/** As in BuildKit, what the directory begins with (its source, mode and owner) tells apart caches of one `id`. */
async function prepareCache(mount: Mount, target: string, step: Step): Promise<PreparedMount> {
  const { from, source, mode, uid, gid, sharing } = mount;
  const node = from === undefined ? undefined : await sourceOf(mount, step);
  const start = node ? directoryOf(node, mount, step) : emptyRoot();
  const files = node ? await described(mount, node) : NOTHING;
  const tree: Directory = { ...start, mode: mode ?? start.mode, uid: uid ?? start.uid, gid: gid ?? start.gid };
  const origin = from === undefined ? '' : JSON.stringify([source ?? '/', ...files]);
  const name = mount.id ?? target;
  const id = await sha256(encoder.encode(JSON.stringify([name, origin, mode, uid, gid])));
  const description = `cached mount ${target} from exec ${step.argv.join(' ')} with id ${quote(name)}`;
  return { mount: { type: 'cache', target, id, tree, sharing, readonly: mount.readonly, description }, files };
}

function prepareSecret(mount: Mount, target: string | undefined, { instruction, context }: Step): PreparedMount {
  const id = mount.id ?? (target === undefined ? '' : baseName(target));
  const secrets = context.request.secrets ?? {};
  const data = Object.hasOwn(secrets, id) ? secrets[id] : undefined;
  if (!data) {
    if (!mount.required) return {};
    throw new BuildError('not-found', `secret ${id}: not found`, { range: instruction.range });
  }
  const { mode = 0o400, uid = 0, gid = 0, env } = mount;
  const variable = env === undefined ? {} : { environment: `${env}=${new TextDecoder().decode(data)}` };
  // A secret that is wanted as a variable is a file too only if it says where.
  if (env !== undefined && target === undefined) return variable;
  return { ...variable, mount: { type: 'file', target: target ?? `/run/secrets/${id}`, data, mode, uid, gid } };
}

/** Files of a stage or image are named with it, as reasons name them. */
function described({ from, source }: Mount, node: FileNode): Promise<ReadonlyMap<string, string>> {
  return describeSources([{ path: cleanAbsolute(source ?? '/'), name: '', node }], true, from);
}

function directoryOf(node: FileNode, mount: Mount, { instruction }: Step): Directory {
  if (node.kind === 'directory') return node;
  const { range } = instruction;
  throw new BuildError('invalid', `mount source ${mount.source ?? '/'} is not a directory`, { range });
}

async function sourceOf({ from, source }: Mount, { instruction, context }: Step): Promise<FileNode> {
  const { range } = instruction;
  const root = from === undefined ? await context.buildContext() : await context.filesOf({ value: from, range });
  const path = cleanAbsolute(source ?? '/');
  const node = lookup(root, path);
  if (node) return node;
  throw new BuildError('not-found', `failed to compute cache key: ${quote(path)} not found: not found`, { range });
}
