import { describe, expect, it } from 'vitest';
import type { RunStep, StepMount } from '../builder/run-step.ts';
import { MemoryFileSystem } from '../files/memory-file-system.ts';
import { directory, file } from '../files/node.ts';
import { lookup } from '../files/tree.ts';
import { StartError } from '../machine/errors.ts';
import { CacheMounts } from './cache-mounts.ts';
import { systemClock } from './clock.ts';
import { runStepExecutor } from './run-step.ts';
import { testEngine } from './testing/test-engine.ts';

async function prepare(over: Partial<RunStep> = {}) {
  const engine = await testEngine();
  const output: string[] = [];
  const step: RunStep = {
    layers: engine.images.find('alpine').layers,
    argv: ['echo', 'built'],
    env: ['PATH=/bin', 'A=1'],
    user: 'ann',
    workingDir: '/etc',
    mounts: [],
    network: 'none',
    onOutput: (stream, bytes) => output.push(`${stream}:${new TextDecoder().decode(bytes)}`),
    signal: undefined,
    ...over,
  };
  const volumes = new MemoryFileSystem();
  const caches = new CacheMounts(volumes, systemClock);
  const execute = runStepExecutor(engine.containers.context, caches);
  return { engine, output, step, volumes, caches, execute, run: () => execute(step) };
}

describe('runStepExecutor', () => {
  it('runs a step on its layers, gives what it wrote, and leaves nothing behind', async () => {
    const { engine, output, run } = await prepare();
    const { exitCode, layerTar } = await run();
    expect([exitCode, layerTar.length]).toEqual([0, 1024]);
    expect(output).toEqual(['stdout:built\n']);
    const [started] = engine.machine.started;
    expect(started?.spec.process).toMatchObject({ cwd: '/etc', user: { uid: 1000 }, terminal: false });
    expect(started?.spec.process.env).toEqual(expect.arrayContaining(['PATH=/bin', 'A=1', 'HOME=/home/ann']));
    expect(engine.machine.removed).toEqual([started?.id]);
    expect(await engine.containers.list({ all: true })).toEqual([]);
  });

  it('gives the exit code of one that fails', async () => {
    const { run } = await prepare({ argv: ['false'] });
    expect(await run()).toEqual({ exitCode: 1, layerTar: new Uint8Array() });
  });

  it('rejects with why a program cannot be started', async () => {
    const { run, engine } = await prepare({ argv: ['nosuch'] });
    await expect(run()).rejects.toBeInstanceOf(StartError);
    expect(engine.machine.removed).toHaveLength(1);
  });

  it('is called off by its signal', async () => {
    const stop = new AbortController();
    const { run, engine } = await prepare({ argv: ['sleep', '9'], signal: stop.signal });
    const result = run();
    await expect.poll(() => engine.machine.running.size).toBe(1);
    stop.abort(new Error('enough'));
    await expect(result).rejects.toThrow('enough');
    expect([...engine.machine.running.values()][0]?.signals).toEqual([9]);
  });

  it('mounts trees and files, with mount points that are in no layer of the step', async () => {
    const tree = directory({ x: file('y') });
    const mounts: StepMount[] = [
      { type: 'bind', target: '/src/in', tree, writable: false },
      { type: 'tmpfs', target: '/etc', size: 1024 },
      { type: 'file', target: '/run/secrets/key', data: new Uint8Array(3), mode: 0o400, uid: 0, gid: 0 },
    ];
    const { run, engine, step, execute } = await prepare({ mounts });
    const seen: string[] = [];
    await execute({
      ...step,
      onStart: () => seen.push(...engine.machine.layers.keys()),
    });
    const [started] = engine.machine.started;
    const [points = ''] = started?.lowers ?? [];
    expect(points).toMatch(/^step-[0-9a-f]{12}$/);
    expect(seen).toContain(`${points}-0`);
    expect(started?.spec.mounts.slice(-3).map(({ destination, type, source }) => [destination, type, source])).toEqual([
      ['/src/in', 'bind', `/layers/${points}-0`],
      ['/etc', 'tmpfs', 'tmpfs'],
      ['/run/secrets/key', 'bind', `/layers/${points}-2/file`],
    ]);
    expect([...engine.machine.layers.keys()].filter((name) => name.startsWith('step-'))).toEqual([]);
    expect(lookup(tree, '/x')?.kind).toBe('file');
    await run();
  });

  it('lets a step write to what it mounts, where the tree does not see it', async () => {
    const tree = directory({ x: file('y') }, { mode: 0o700, uid: 5 });
    const mounts: StepMount[] = [
      { type: 'bind', target: '/src', tree, writable: true },
      { type: 'file', target: '/f', data: new Uint8Array(3), mode: 0o600, uid: 1, gid: 2, writable: true },
    ];
    const { run, engine } = await prepare({ mounts });
    await run();
    const [started] = engine.machine.started;
    const scratch = `/var/lib/docker/overlay2/${started?.id}/mount-0`;
    expect(started?.spec.mounts.at(-2)?.options?.slice(1)).toEqual([
      `upperdir=${scratch}/diff`,
      `workdir=${scratch}/work`,
    ]);
    expect(started?.files?.slice(-3)).toMatchObject([
      { path: `${scratch}/diff`, directory: true, mode: 0o700, uid: 5 },
      { path: `${scratch}/work`, directory: true },
      { path: `/var/lib/docker/overlay2/${started?.id}/mount-1`, mode: 0o600, uid: 1, gid: 2 },
    ]);
  });

  it('puts mount points where links lead', async () => {
    const { run, engine } = await prepare({
      mounts: [{ type: 'tmpfs', target: '/bin/../etc/new/deep', size: undefined }],
    });
    await run();
    const [points = ''] = engine.machine.started[0]?.lowers ?? [];
    expect(points).toMatch(/^step-/);
  });

  it('gives every RUN the limits of the build', async () => {
    const { run, engine } = await prepare({
      limits: {
        extraHosts: ['db:10.0.0.9'],
        ulimits: [{ name: 'nofile', soft: 5, hard: 9 }],
        shmSize: 1 << 20,
        memory: 64 << 20,
        memorySwap: 0,
        cpuShares: 0,
        cpuPeriod: 0,
        cpuQuota: 0,
      },
    });
    await run();
    const [started] = engine.machine.started;
    expect(started?.spec.process.rlimits).toEqual([{ type: 'RLIMIT_NOFILE', soft: 5, hard: 9 }]);
    expect(started?.spec.linux.resources?.memory?.limit).toBe(64 << 20);
    expect(started?.spec.mounts.find(({ destination }) => destination === '/dev/shm')?.options).toContain(
      'size=1048576',
    );
    const hosts = started?.files?.find(({ path }) => path.endsWith('/hosts'));
    expect(new TextDecoder().decode(hosts && 'data' in hosts ? hosts.data : undefined)).toContain('10.0.0.9\tdb\n');
  });

  it('keeps a cache mount for the next step', async () => {
    const tree = directory({ seed: file('s') }, { mode: 0o1777, gid: 7 });
    const mount: StepMount = {
      type: 'cache',
      target: '/c',
      id: 'c',
      tree,
      sharing: 'shared',
      readonly: false,
      description: 'cached mount /c',
    };
    const { run, engine, volumes, caches, execute, step } = await prepare({ mounts: [mount] });
    await run();
    const source = engine.machine.started[0]?.spec.mounts.at(-1)?.source ?? '';
    expect(source).toMatch(/^\/var\/lib\/docker\/volumes\/\.build-cache\/\d+$/);
    const place = source.slice('/var/lib/docker/volumes'.length);
    expect(volumes.stat(place)).toMatchObject({ mode: 0o1777, gid: 7 });
    await execute({ ...step, mounts: [{ ...mount, readonly: true }] });
    expect(engine.machine.started[1]?.spec.mounts.at(-1)).toMatchObject({ source, options: ['rbind', 'ro'] });
    expect(caches.list()).toMatchObject([{ description: 'cached mount /c', usageCount: 2, bytes: 1, inUse: false }]);
  });
});
