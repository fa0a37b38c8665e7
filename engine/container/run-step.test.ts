import { describe, expect, it } from 'vitest';
import type { RunStep, StepMount } from '../builder/run-step.ts';
import { directory, file } from '../files/node.ts';
import { lookup } from '../files/tree.ts';
import { StartError } from '../machine/errors.ts';
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
  return { engine, output, step, run: () => runStepExecutor(engine.containers.context)(step) };
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
    const { run, engine, step } = await prepare({ mounts });
    const seen: string[] = [];
    await runStepExecutor(engine.containers.context)({
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
      ['/run/secrets/key', 'bind', `/var/lib/docker/containers/${started?.id}/mount-2`],
    ]);
    expect([...engine.machine.layers.keys()].filter((name) => name.startsWith('step-'))).toEqual([]);
    expect(lookup(tree, '/x')?.kind).toBe('file');
    await run();
  });

  it('says what it cannot do', async () => {
    const { run } = await prepare({
      mounts: [{ type: 'cache', target: '/c', id: 'c', tree: directory(), sharing: 'shared', readonly: false }],
    });
    await expect(run()).rejects.toThrow('RUN --mount=type=cache is not supported by this engine yet');
  });
});
