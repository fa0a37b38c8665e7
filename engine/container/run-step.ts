import type { ContainerConfig } from '../api/types.ts';
import type { RunStep, RunStepExecutor, RunStepResult, StepMount } from '../builder/run-step.ts';
import { type Directory, directory, file } from '../files/node.ts';
import { insert, lookup } from '../files/tree.ts';
import type { Layer } from '../image/image.ts';
import type { GuestProcess, StartContainer } from '../machine/machine.ts';
import type { MountSpec } from '../machine/runtime-spec.ts';
import type { Context } from './context.ts';
import { completeHostConfig } from './create-config.ts';
import { endedProcess } from './ended-process.ts';
import { ContainerError } from './errors.ts';
import { etcFiles } from './etc-files.ts';
import { randomId, shortId } from './ids.ts';
import { layerPath } from './layer-publisher.ts';
import { containerDirectory } from './runtime/mounts.ts';
import { runtimeConfig } from './runtime/runtime-config.ts';
import { SIGKILL } from './signals.ts';
import { execveFailure } from './start-failure.ts';

/** What a build step mounts, ready for the guest. */
interface StepMounts {
  readonly mounts: readonly MountSpec[];
  readonly files: NonNullable<StartContainer['files']>;
  /** Trees to publish for this step only, by name. */
  readonly trees: ReadonlyMap<string, Directory>;
}

/** Runs RUN steps as containers that exist only meanwhile, beside the service's own (its context is shared). */
export function runStepExecutor(context: Context): RunStepExecutor {
  return (step) => runStep(context, step);
}

async function runStep(context: Context, step: RunStep): Promise<RunStepResult> {
  step.signal?.throwIfAborted();
  const id = randomId();
  const config = stepConfig(step, shortId(id));
  const host = completeHostConfig({ NetworkMode: step.network === 'default' ? 'bridge' : step.network });
  const layers: readonly Layer[] = step.layers.map((layer) => ({ ...layer, bytes: 0 }));
  const root = await context.roots.get(layers);
  const lowers = await context.layers.publish(layers);
  const extra = stepMounts(id, step.mounts, root);
  for (const [name, tree] of extra.trees) context.machine.publishLayer(name, tree);
  try {
    const spec = runtimeConfig({ id, args: step.argv, config, host, root });
    step.onStart?.(id);
    const process = await context.machine
      .startContainer({
        id,
        lowers: extra.trees.has(mountPointLayer(id)) ? [mountPointLayer(id), ...lowers] : lowers,
        spec: { ...spec, mounts: [...spec.mounts, ...extra.mounts] },
        files: [...etcFiles(id, config, host, []), ...extra.files],
      })
      .catch((error: unknown) => {
        const failed = execveFailure(error);
        if (failed) return endedProcess(failed.output, failed.exitCode, false);
        throw error;
      });
    const exitCode = await follow(process, step);
    step.signal?.throwIfAborted();
    const layerTar = exitCode === 0 ? await context.machine.packUpper(id) : new Uint8Array();
    return { exitCode, layerTar };
  } finally {
    // A container that could not be started, or whose guest is gone, has nothing to remove.
    await context.machine.removeContainer(id).catch(() => {});
    for (const name of extra.trees.keys()) context.machine.withdrawLayer(name);
  }
}

/** Passes output on and waits for the end; kills the process when the step is called off. */
async function follow(process: GuestProcess, step: RunStep): Promise<number> {
  const kill = (): void => {
    process.signal(SIGKILL).catch(() => {});
  };
  step.signal?.addEventListener('abort', kill);
  if (step.signal?.aborted) kill();
  process.stdin.close().catch(() => {});
  try {
    const read = async (name: 'stdout' | 'stderr', stream: ReadableStream<Uint8Array>): Promise<void> => {
      for await (const bytes of stream) step.onOutput(name, bytes);
    };
    const [status] = await Promise.all([process.exit, read('stdout', process.stdout), read('stderr', process.stderr)]);
    return status.code;
  } finally {
    step.signal?.removeEventListener('abort', kill);
  }
}

function stepConfig(step: RunStep, hostname: string): ContainerConfig {
  return {
    Hostname: hostname,
    Domainname: '',
    User: step.user,
    AttachStdin: false,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    Env: step.env,
    Cmd: step.argv,
    Image: '',
    Volumes: null,
    WorkingDir: step.workingDir,
    Entrypoint: null,
    Labels: null,
  };
}

const mountPointLayer = (id: string): string => `step-${shortId(id)}`;

function stepMounts(id: string, mounts: readonly StepMount[], root: Directory): StepMounts {
  const specs: MountSpec[] = [];
  const files: NonNullable<StartContainer['files']>[number][] = [];
  const trees = new Map<string, Directory>();
  let points: Directory | undefined;
  mounts.forEach((mount, index) => {
    points = withMountPoint(points, root, mount);
    switch (mount.type) {
      case 'bind': {
        if (mount.writable) throw unsupported('--mount=type=bind,rw');
        const name = `${mountPointLayer(id)}-${index}`;
        trees.set(name, mount.tree);
        specs.push({ destination: mount.target, type: 'bind', source: layerPath(name), options: ['rbind', 'ro'] });
        break;
      }
      case 'tmpfs': {
        const size = mount.size === undefined ? [] : [`size=${mount.size}`];
        specs.push({
          destination: mount.target,
          type: 'tmpfs',
          source: 'tmpfs',
          options: ['nosuid', 'nodev', ...size],
        });
        break;
      }
      case 'file': {
        const path = `${containerDirectory(id)}/mount-${index}`;
        files.push({ path, data: mount.data, mode: mount.mode });
        specs.push({ destination: mount.target, type: 'bind', source: path, options: ['bind', 'ro'] });
        break;
      }
      case 'cache':
        throw unsupported('--mount=type=cache');
    }
  });
  if (points) trees.set(mountPointLayer(id), points);
  return { mounts: specs, files, trees };
}

const unsupported = (what: string): ContainerError =>
  new ContainerError('not-implemented', `RUN ${what} is not supported by this engine yet`);

/** The mount points that the root does not have, in a lower layer of their own: they must not be in the step's. */
function withMountPoint(points: Directory | undefined, root: Directory, mount: StepMount): Directory | undefined {
  if (lookup(root, mount.target)) return points;
  const names = mount.target.split('/').filter((name) => name !== '');
  let tree = points ?? { ...root, children: new Map() };
  let path = '';
  for (const name of names.slice(0, -1)) {
    path += `/${name}`;
    const below = lookup(root, path, { followLast: false });
    const known = lookup(tree, path, { followLast: false });
    if (!known)
      tree = insert(tree, path, below?.kind === 'directory' ? { ...below, children: new Map() } : directory());
  }
  const point = mount.type === 'file' ? file() : directory();
  return insert(tree, mount.target, point);
}
