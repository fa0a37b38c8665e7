import { type Mount, parseMount } from '../dockerfile/index.ts';
import type { Directory, FileNode } from '../files/node.ts';
import { lookup } from '../files/tree.ts';
import { emptyRoot } from '../image/layer.ts';
import { StartError } from '../machine/errors.ts';
import { describeSources } from './content-digest.ts';
import { BuildError, throwIfCanceled } from './errors.ts';
import { quote } from './go-format.ts';
import { solveLayer } from './layer-step.ts';
import { commandLine, expandIn, setEnv } from './metadata.ts';
import { baseName, cleanAbsolute, joinPath } from './paths.ts';
import { DEFAULT_PATH, PROXY_ARGS } from './platform.ts';
import type { RunStep, StepMount } from './run-step.ts';
import { parentOf, type StepContext, type StepResult } from './stage-solver.ts';
import { type InstructionOf, type StageState, splitEnv, withLayer } from './stage-state.ts';

/** Where BuildKit puts a heredoc that is a script of its own. */
const SCRIPTS = '/dev/pipes';
const encoder = new TextEncoder();

/**
 * RUN: runs the command on the layers so far and makes a layer of what it changed.
 * @throws BuildError `process` if it ends with another exit code than 0
 */
export async function applyRun(
  state: StageState,
  instruction: InstructionOf<'RUN'>,
  context: StepContext,
): Promise<StepResult> {
  const { config } = state;
  const { argv, script } = commandOf(state, instruction);
  const network = instruction.network === 'default' ? (context.request.network ?? 'default') : instruction.network;
  const mounts: PreparedMount[] = [];
  for (const spec of instruction.mounts) {
    const expand = (text: string) => expandIn(state, { value: text, range: spec.text.range }, context.instructions);
    mounts.push(await prepareMount(parseMount(spec, expand), state, instruction, context));
  }
  if (script) mounts.push({ mount: script, key: '', files: new Map() });
  const env = environmentOf(state);
  const settings: Record<string, string> = {
    ...Object.fromEntries((config.Env ?? []).map(splitEnv).map(([name, value]) => [`variable ${name}`, value])),
    ...Object.fromEntries(declaredArgs(state).map(([name, value]) => [`build argument ${name}`, value])),
    USER: config.User ?? '',
    WORKDIR: config.WorkingDir ?? '',
    network,
    ...Object.fromEntries(mounts.map(({ key }, index) => [`mount ${index + 1}`, key])),
  };
  const files = new Map(mounts.flatMap((mount) => [...mount.files]));
  const text = script?.type === 'file' ? new TextDecoder().decode(script.data) : '';
  const step = {
    layers: state.layers,
    argv,
    env: withProxies(env, context.request.buildArgs ?? {}),
    user: config.User ?? '',
    workingDir: config.WorkingDir || '/',
    mounts: mounts.flatMap(({ mount, environment }) => (mount && !environment ? [mount] : [])),
    network,
  };
  const solved = await solveLayer(
    context.solver,
    state.layers,
    {
      position: context.position,
      description: context.description,
      noCache: context.noCache,
      inputs: { parent: parentOf(state), instruction: JSON.stringify(['RUN', argv, text]), settings, files },
      make: () =>
        execute({ ...step, env: [...step.env, ...mounts.flatMap((mount) => mount.environment ?? [])] }, context),
    },
    context.vertex,
  );
  const createdBy = `RUN ${[...argCount(state), ...argv].join(' ')} # buildkit`;
  const history = { created: solved.created, createdBy, name: context.vertex.name };
  return { state: withLayer(state, solved.layer, history), cached: solved.cached };
}

async function execute(
  step: Omit<RunStep, 'onStart' | 'onOutput' | 'signal'>,
  context: StepContext,
): Promise<Uint8Array> {
  const { vertex } = context;
  const { signal } = context.solver;
  const failed = (exitCode: number, cause?: unknown) =>
    new BuildError(
      'process',
      `process ${quote(step.argv.join(' '))} did not complete successfully: exit code: ${exitCode}`,
      {
        process: { argv: step.argv, exitCode },
        cause,
      },
    );
  try {
    const { exitCode, layerTar } = await context.environment.runStep({
      ...step,
      onStart: (id) => context.onContainer(id),
      onOutput: (stream, bytes) => vertex.log(stream === 'stdout' ? 1 : 2, bytes),
      signal,
    });
    throwIfCanceled(signal);
    if (exitCode !== 0) throw failed(exitCode);
    return layerTar;
  } catch (error) {
    throwIfCanceled(signal);
    if (!(error instanceof StartError)) throw error;
    // As with runc: what could not be started says so in the step's output, and the step has failed.
    vertex.log(2, encoder.encode(`${error.message}\n`));
    throw failed(1, error);
  }
}

/** The command, and the script that it is if it came as a heredoc with an interpreter of its own. */
function commandOf(
  state: StageState,
  { command, heredocs }: InstructionOf<'RUN'>,
): { readonly argv: readonly string[]; readonly script: StepMount | undefined } {
  const [first] = heredocs;
  if (command.form === 'exec' || !first) return { argv: commandLine(command, state.config), script: undefined };
  const alone = /^\d*<<-?\S+$/.test(command.text) && heredocs.length === 1;
  if (alone && first.content.startsWith('#!')) {
    const target = `${SCRIPTS}/${first.name}`;
    const data = encoder.encode(first.content);
    return { argv: [target], script: { type: 'file', target, data, mode: 0o755, uid: 0, gid: 0 } };
  }
  // Several, or one among other words: the shell reads heredocs itself, if they are put back.
  const text = alone
    ? first.content
    : [command.text, ...heredocs.map(({ content, name }) => content + name)].join('\n');
  return { argv: commandLine({ form: 'shell', text }, state.config), script: undefined };
}

/** ARGs that have a value. */
function declaredArgs(state: StageState): readonly (readonly [string, string])[] {
  return [...state.args].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** `|2 A=1 B=2`, as history has it in front of the command. */
function argCount(state: StageState): readonly string[] {
  const env = new Map((state.config.Env ?? []).map(splitEnv));
  const args = [...state.args].map(([name, value]) => `${name}=${env.get(name) ?? value ?? ''}`);
  return args.length === 0 ? [] : [`|${args.length}`, ...args];
}

function environmentOf(state: StageState): readonly string[] {
  let env: readonly string[] = state.config.Env ?? [];
  const names = new Set(env.map((entry) => splitEnv(entry)[0]));
  for (const [name, value] of declaredArgs(state)) if (!names.has(name)) env = setEnv(env, name, value);
  return names.has('PATH') ? env : [`PATH=${DEFAULT_PATH}`, ...env];
}

function withProxies(env: readonly string[], buildArgs: Readonly<Record<string, string>>): readonly string[] {
  const names = new Set(env.map((entry) => splitEnv(entry)[0]));
  const given = PROXY_ARGS.filter((name) => Object.hasOwn(buildArgs, name) && !names.has(name));
  return [...env, ...given.map((name) => `${name}=${buildArgs[name]}`)];
}

interface PreparedMount {
  /** Undefined for a secret that is not there and need not be. */
  readonly mount: StepMount | undefined;
  /** A secret that is handed over as a variable, `NAME=value`. */
  readonly environment?: string;
  /** What counts for the cache besides the files; never a secret's value. */
  readonly key: string;
  readonly files: ReadonlyMap<string, string>;
}

async function prepareMount(
  mount: Mount,
  state: StageState,
  instruction: InstructionOf<'RUN'>,
  context: StepContext,
): Promise<PreparedMount> {
  const target = mount.target === undefined ? undefined : joinPath(state.config.WorkingDir ?? '', mount.target);
  const key = JSON.stringify(mount);
  const files = new Map<string, string>();
  if (mount.type === 'tmpfs') {
    return { mount: { type: 'tmpfs', target: target ?? '/', size: mount.size }, key, files };
  }
  if (mount.type === 'secret') return prepareSecret(mount, target, instruction, context);
  if (mount.type === 'ssh') {
    throw new BuildError('invalid', 'RUN --mount=type=ssh is not supported here', { range: instruction.range });
  }
  if (mount.type === 'cache') {
    const tree = mount.from === undefined ? emptyRoot() : await mountedTree(mount, instruction, context);
    const id = mount.id ?? target ?? '/';
    const { sharing } = mount;
    return { mount: { type: 'cache', target: target ?? '/', id, tree, sharing, readonly: mount.readonly }, key, files };
  }
  const node = await mountedNode(mount, instruction, context);
  const described = await describeSources([{ path: cleanAbsolute(mount.source ?? '/'), name: '', node }], true);
  if (node.kind === 'file') {
    const { data, mode, uid, gid } = node;
    return { mount: { type: 'file', target: target ?? '/', data, mode, uid, gid }, key, files: described };
  }
  const tree = directoryOf(node, mount, instruction);
  return { mount: { type: 'bind', target: target ?? '/', tree, writable: !mount.readonly }, key, files: described };
}

function prepareSecret(
  mount: Mount,
  target: string | undefined,
  instruction: InstructionOf<'RUN'>,
  context: StepContext,
): PreparedMount {
  const id = mount.id ?? (target === undefined ? '' : baseName(target));
  const secrets = context.request.secrets ?? {};
  const data = Object.hasOwn(secrets, id) ? secrets[id] : undefined;
  const key = JSON.stringify(mount);
  const files = new Map<string, string>();
  if (!data) {
    if (!mount.required) return { mount: undefined, key, files };
    throw new BuildError('not-found', `secret ${id}: not found`, { range: instruction.range });
  }
  const { mode = 0o400, uid = 0, gid = 0 } = mount;
  const file: StepMount = { type: 'file', target: target ?? `/run/secrets/${id}`, data, mode, uid, gid };
  if (mount.env === undefined) return { mount: file, key, files };
  return { mount: file, environment: `${mount.env}=${new TextDecoder().decode(data)}`, key, files };
}

async function mountedTree(mount: Mount, instruction: InstructionOf<'RUN'>, context: StepContext): Promise<Directory> {
  return directoryOf(await mountedNode(mount, instruction, context), mount, instruction);
}

function directoryOf(node: FileNode, mount: Mount, { range }: InstructionOf<'RUN'>): Directory {
  if (node.kind === 'directory') return node;
  throw new BuildError('invalid', `mount source ${mount.source} is not a directory`, { range });
}

async function mountedNode(mount: Mount, instruction: InstructionOf<'RUN'>, context: StepContext): Promise<FileNode> {
  const { range } = instruction;
  const root =
    mount.from === undefined ? await context.buildContext() : await context.filesOf({ value: mount.from, range });
  const path = cleanAbsolute(mount.source ?? '/');
  const node = lookup(root, path);
  if (!node)
    throw new BuildError('not-found', `failed to compute cache key: ${quote(path)} not found: not found`, { range });
  return node;
}
