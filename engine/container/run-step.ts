import type { ContainerConfig, HostConfig } from '../api/types.ts';
import type { RunStep, RunStepExecutor, RunStepResult } from '../builder/run-step.ts';
import type { Layer } from '../image/image.ts';
import type { GuestProcess } from '../machine/machine.ts';
import type { CacheMounts, HeldCacheMount } from './cache-mounts.ts';
import type { Context } from './context.ts';
import { completeHostConfig } from './create-config.ts';
import { endedProcess } from './ended-process.ts';
import { randomId, shortId } from './ids.ts';
import { enterStepNetwork, type StepNetwork } from './network/step-network.ts';
import { runtimeConfig } from './runtime/runtime-config.ts';
import { SIGKILL } from './signals.ts';
import { execveFailure } from './start-failure.ts';
import { stepMounts } from './step-mounts.ts';

/** Runs RUN steps as containers that exist only meanwhile, beside the service's own (its context is shared). */
export function runStepExecutor(context: Context, caches: CacheMounts): RunStepExecutor {
  return (step) => runStep(context, caches, step);
}

async function runStep(context: Context, caches: CacheMounts, step: RunStep): Promise<RunStepResult> {
  step.signal?.throwIfAborted();
  const id = randomId();
  const config = stepConfig(step, shortId(id));
  const host = completeHostConfig(stepHost(step));
  const layers: readonly Layer[] = step.layers.map((layer) => ({ ...layer, bytes: 0 }));
  const root = await context.images.rootfs(layers);
  const lowers = await context.layers.publish(layers);
  const extra = await stepMounts(id, step.mounts, { root, caches, signal: step.signal });
  for (const [name, tree] of extra.trees) context.machine.publishLayer(name, tree);
  let network: StepNetwork | undefined;
  try {
    network = enterStepNetwork(context, id, config, host);
    const { files, network: sandbox } = network;
    const spec = runtimeConfig({ id, args: step.argv, config, host, root });
    step.onStart?.(id);
    const process = await context.machine
      .startContainer({
        id,
        lowers: extra.mountPoints === undefined ? lowers : [extra.mountPoints, ...lowers],
        spec: { ...spec, mounts: [...spec.mounts, ...extra.mounts] },
        files: [...files, ...extra.files],
        ...(sandbox && { network: sandbox }),
      })
      .catch((error: unknown) => {
        const failed = execveFailure(error);
        if (failed) return endedProcess(failed.output, failed.exitCode, false);
        throw error;
      });
    const exitCode = await follow(process, step);
    await writeBack(context, extra.caches);
    step.signal?.throwIfAborted();
    const layerTar = exitCode === 0 ? await context.machine.packUpper(id) : new Uint8Array();
    return { exitCode, layerTar };
  } finally {
    network?.release();
    // A container that could not be started, or whose guest is gone, has nothing to remove.
    await context.machine.removeContainer(id).catch(() => {});
    for (const name of extra.trees.keys()) context.machine.withdrawLayer(name);
    for (const cache of extra.caches) cache.release();
  }
}

/** The guest keeps what it writes to itself for a while: what is kept between builds must reach the host now. */
async function writeBack({ machine }: Context, caches: readonly HeldCacheMount[]): Promise<void> {
  if (caches.length === 0) return;
  const args = ['/bin/sync', '-f', ...caches.map(({ path }) => path)];
  const process = await machine.spawn({ args, env: [], cwd: '/', user: { uid: 0, gid: 0 } });
  process.stdin.close().catch(() => {});
  await Promise.all([process.exit, process.stdout.cancel(), process.stderr.cancel()]);
}

function stepHost({ network, limits }: RunStep): Partial<HostConfig> {
  return {
    NetworkMode: network === 'default' ? 'bridge' : network,
    ...(limits && {
      ExtraHosts: limits.extraHosts,
      Ulimits: limits.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
      ShmSize: limits.shmSize,
      Memory: limits.memory,
      MemorySwap: limits.memorySwap,
      CpuShares: limits.cpuShares,
      CpuPeriod: limits.cpuPeriod,
      CpuQuota: limits.cpuQuota,
    }),
  };
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
