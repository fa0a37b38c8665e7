import { describe, expect, it } from 'vitest';
import type { FakeMachine } from '../../container/testing/fake-machine.ts';
import { type TestEngine, testEngine } from '../../container/testing/test-engine.ts';
import { MemoryFileSystem } from '../../files/memory-file-system.ts';
import type { ContainerInspect, ContainerSummary } from '../types.ts';

const message = async (response: Response): Promise<[number, string]> => [
  response.status,
  ((await response.json()) as { message: string }).message,
];

async function created(engine: TestEngine<FakeMachine>, name: string, body: object = {}): Promise<string> {
  const answer = await engine.json(201, 'POST', `/containers/create?name=${name}`, { Image: 'alpine', ...body });
  return (answer as { Id: string }).Id;
}

async function started(engine: TestEngine<FakeMachine>, name: string, body: object = {}) {
  const id = await created(engine, name, body);
  expect((await engine.call('POST', `/containers/${name}/start`)).status).toBe(204);
  const process = engine.machine.running.get(id);
  if (!process) throw new Error('no process');
  return { id, process };
}

const actions = (engine: TestEngine<FakeMachine>): string[] =>
  engine.events
    .past()
    .filter(({ Type }) => Type === 'container')
    .map(({ Action, Actor }) => {
      const { signal, exitCode } = Actor.Attributes;
      return [Action, signal ?? exitCode].filter(Boolean).join(' ');
    });

describe('containers', () => {
  it('creates with names as Docker checks and words them', async () => {
    const engine = await testEngine();
    const id = await created(engine, 'web');
    expect(await message(await engine.call('POST', '/containers/create?name=web', { Image: 'alpine' }))).toEqual([
      409,
      `Conflict. The container name "/web" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`,
    ]);
    expect(await message(await engine.call('POST', '/containers/create?name=-x', { Image: 'alpine' }))).toEqual([
      400,
      'Invalid container name (-x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed',
    ]);
    expect(await message(await engine.call('POST', '/containers/create', { Image: 'nosuch' }))).toEqual([
      404,
      'No such image: nosuch:latest',
    ]);
    await engine.json(201, 'POST', '/containers/create', { Image: 'alpine' });
    const [newest] = (await engine.json(200, 'GET', '/containers/json?all=1')) as ContainerSummary[];
    expect(newest?.Names[0]).toMatch(/^\/[a-z]+_[a-z]+$/);
  });

  it('merges configuration with the image as dockerd does', async () => {
    const engine = await testEngine();
    await created(engine, 'aa', { Env: ['LANG=de', 'X=1'], Labels: { a: 'b' } });
    const a = (await engine.json(200, 'GET', '/containers/aa/json')) as ContainerInspect;
    expect(a.Config).toMatchObject({
      Env: ['LANG=de', 'X=1', 'PATH=/bin'],
      Cmd: ['sleep', '1000'],
      Labels: { maker: 'test', a: 'b' },
      Hostname: a.Id.slice(0, 12),
    });
    expect([a.Path, ...a.Args]).toEqual(['sleep', '1000']);
    expect(a.State).toMatchObject({ Status: 'created', Running: false, StartedAt: '0001-01-01T00:00:00Z' });
    expect(a.HostConfig).toMatchObject({ NetworkMode: 'bridge', ShmSize: 67108864, RestartPolicy: { Name: 'no' } });
    await created(engine, 'bb', { Entrypoint: ['env'], Cmd: null });
    const b = (await engine.json(200, 'GET', '/containers/bb/json')) as ContainerInspect;
    expect([b.Path, ...b.Args]).toEqual(['env']);
    expect(
      await message(await engine.call('POST', '/containers/create', { Image: 'alpine', Entrypoint: [''], Cmd: [] })),
    ).toEqual([400, 'no command specified']);
  });

  it('starts with the runtime configuration of the image and host', async () => {
    const engine = await testEngine();
    const { id, process } = await started(engine, 'web', { User: 'ann', Tty: true, HostConfig: { Memory: 64 << 20 } });
    const request = engine.machine.started[0];
    expect(request?.lowers[0]).toBe('drydock-init');
    expect(request?.lowers).toHaveLength(2);
    expect(process.spec).toMatchObject({
      terminal: true,
      args: ['sleep', '1000'],
      user: { uid: 1000, gid: 1000, additionalGids: [10] },
      env: ['PATH=/bin', `HOSTNAME=${id.slice(0, 12)}`, 'TERM=xterm', 'LANG=C', 'HOME=/home/ann'],
      cwd: '/',
    });
    expect(process.spec.capabilities?.effective).toBeUndefined();
    expect(process.spec.capabilities?.bounding).toHaveLength(14);
    expect(request?.spec.linux.namespaces.map(({ type }) => type)).toEqual([
      'mount',
      'network',
      'uts',
      'pid',
      'cgroup',
      'ipc',
    ]);
    expect(request?.spec.linux.resources?.memory).toEqual({ limit: 67108864, swap: 134217728 });
    expect(request?.files?.map(({ path }) => path.split('/').at(-1))).toEqual(['hostname', 'hosts', 'resolv.conf']);
  });

  it('runs, lists, stops, starts again and removes', async () => {
    const engine = await testEngine();
    const { id, process } = await started(engine, 'web');
    expect((await engine.call('POST', '/containers/web/start')).status).toBe(304);
    const [row] = (await engine.json(200, 'GET', '/containers/json')) as ContainerSummary[];
    expect(row).toMatchObject({ Id: id, Names: ['/web'], Image: 'alpine', Command: 'sleep 1000', State: 'running' });
    expect(row?.Status).toMatch(/^Up /);
    expect(await message(await engine.call('DELETE', '/containers/web'))).toEqual([
      409,
      'cannot remove container "/web": container is running: stop the container before removing or force remove',
    ]);
    expect((await engine.call('POST', '/containers/web/stop')).status).toBe(204);
    expect(process.signals).toEqual([15]);
    expect((await engine.call('POST', '/containers/web/stop')).status).toBe(304);
    expect(await engine.json(200, 'GET', '/containers/json')).toEqual([]);
    expect((await engine.call('POST', '/containers/web/start')).status).toBe(204);
    expect((await engine.call('DELETE', '/containers/web?force=1')).status).toBe(204);
    expect(engine.machine.removed).toEqual([id]);
    expect(await message(await engine.call('GET', '/containers/web/json'))).toEqual([404, 'No such container: web']);
    expect(actions(engine)).toEqual([
      'create',
      'start',
      'kill 15',
      'die 143',
      'stop',
      'start',
      'kill 9',
      'die 137',
      'destroy',
    ]);
    expect(await engine.state.list('containers/')).toEqual([]);
  });

  it('kills after the grace period', async () => {
    const engine = await testEngine();
    const { process } = await started(engine, 'web', { StopSignal: 'SIGINT' });
    process.endsOn = [9];
    expect((await engine.call('POST', '/containers/web/stop?t=0')).status).toBe(204);
    expect(process.signals).toEqual([2, 9]);
    const { State } = (await engine.json(200, 'GET', '/containers/web/json')) as ContainerInspect;
    expect(State).toMatchObject({ Status: 'exited', ExitCode: 137, Pid: 0 });
  });

  it('waits: headers at once, the code at the end', async () => {
    const engine = await testEngine();
    await created(engine, 'web');
    const next = await engine.call('POST', '/containers/web/wait?condition=next-exit');
    expect(next.status).toBe(200);
    await engine.call('POST', '/containers/web/start');
    const gone = await engine.call('POST', '/containers/web/wait?condition=removed');
    await engine.call('POST', '/containers/web/kill?signal=TERM');
    expect(await next.json()).toEqual({ StatusCode: 143 });
    expect(await (await engine.call('POST', '/containers/web/wait')).json()).toEqual({ StatusCode: 143 });
    await engine.call('DELETE', '/containers/web');
    expect(await gone.json()).toEqual({ StatusCode: 143 });
    expect(await message(await engine.call('POST', '/containers/web/wait?condition=x'))).toEqual([
      400,
      'invalid condition: "x"',
    ]);
  });

  it('removes a container with --rm at its end, and when it cannot start', async () => {
    const engine = await testEngine();
    await created(engine, 'aa', { Cmd: ['false'], HostConfig: { AutoRemove: true } });
    const gone = await engine.call('POST', '/containers/aa/wait?condition=removed');
    await engine.call('POST', '/containers/aa/start');
    expect(await gone.json()).toEqual({ StatusCode: 1 });
    await created(engine, 'bb', { Cmd: ['nosuch'], HostConfig: { AutoRemove: true } });
    const never = await engine.call('POST', '/containers/bb/wait?condition=removed');
    expect((await engine.call('POST', '/containers/bb/start')).status).toBe(400);
    expect(await never.json()).toEqual({ StatusCode: 127 });
    expect(await engine.json(200, 'GET', '/containers/json?all=1')).toEqual([]);
  });

  it('keeps a container with --rm through its own restart', async () => {
    const engine = await testEngine();
    const { id } = await started(engine, 'web', { HostConfig: { AutoRemove: true } });
    expect((await engine.call('POST', '/containers/web/restart')).status).toBe(204);
    expect(((await engine.json(200, 'GET', '/containers/web/json')) as ContainerInspect).Id).toBe(id);
  });

  it('says why a start failed in the words and codes of runc and dockerd', async () => {
    const engine = await testEngine();
    const prefix =
      'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ';
    for (const [program, text, exitCode] of [
      ['nosuch', 'exec: "nosuch": executable file not found in $PATH: unknown', 127],
      ['/plain', 'exec: "/plain": permission denied: unknown', 126],
    ] as const) {
      const id = await created(engine, '', { Cmd: [program] });
      expect(await message(await engine.call('POST', `/containers/${id}/start`))).toEqual([400, prefix + text]);
      const { State } = (await engine.json(200, 'GET', `/containers/${id}/json`)) as ContainerInspect;
      expect(State).toMatchObject({ Status: 'created', ExitCode: exitCode, Error: prefix + text });
    }
    const id = await created(engine, '', { User: 'nobodyhere' });
    expect(await message(await engine.call('POST', `/containers/${id}/start`))).toEqual([
      500,
      'unable to find user nobodyhere: no matching entries in passwd file',
    ]);
  });

  it('pauses and unpauses', async () => {
    const engine = await testEngine();
    const { id } = await started(engine, 'web');
    expect((await engine.call('POST', '/containers/web/pause')).status).toBe(204);
    expect(engine.machine.frozen.has(id)).toBe(true);
    expect((await message(await engine.call('POST', '/containers/web/pause')))[1]).toBe(
      `Container ${id} is already paused`,
    );
    const exec = await engine.call('POST', '/containers/web/exec', { Cmd: ['true'] });
    expect((await message(exec))[1]).toBe(`Container ${id} is paused, unpause the container before exec`);
    expect((await engine.call('POST', '/containers/web/stop')).status).toBe(204);
    expect(engine.machine.frozen.has(id)).toBe(false);
    expect(await message(await engine.call('POST', '/containers/web/unpause'))).toEqual([
      500,
      `Container ${id} is not paused`,
    ]);
  });

  it('renames', async () => {
    const engine = await testEngine();
    await created(engine, 'aa');
    const id = await created(engine, 'bb');
    expect((await engine.call('POST', '/containers/aa/rename?name=cc')).status).toBe(204);
    expect((await engine.call('GET', '/containers/cc/json')).status).toBe(200);
    expect((await message(await engine.call('POST', '/containers/cc/rename?name=bb')))[1]).toContain(
      `Error when allocating new name: Conflict. The container name "/bb" is already in use by container "${id}".`,
    );
    expect(await message(await engine.call('POST', '/containers/cc/rename?name=a%20b'))).toEqual([
      400,
      'Error when allocating new name: Invalid container name (/a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed',
    ]);
    expect(await message(await engine.call('POST', '/containers/cc/rename?name=cc'))).toEqual([
      400,
      'Renaming a container with the same name as its current name',
    ]);
  });

  it('refuses signals it does not know and containers that do not run', async () => {
    const engine = await testEngine();
    const { id } = await started(engine, 'web');
    expect(await message(await engine.call('POST', '/containers/web/kill?signal=FOO'))).toEqual([
      400,
      'cannot kill container: web: Invalid signal: FOO',
    ]);
    await engine.call('POST', '/containers/web/kill');
    expect(await message(await engine.call('POST', '/containers/web/kill'))).toEqual([
      409,
      `cannot kill container: web: container ${id} is not running`,
    ]);
  });

  it('finds by prefix, and says when it is not unique', async () => {
    const engine = await testEngine();
    const ids = [await created(engine, 'aa'), await created(engine, 'bb')];
    const [first = ''] = ids;
    expect((await engine.call('GET', `/containers/${first.slice(0, 12)}/json`)).status).toBe(200);
    const prefixes = new Set<string>();
    let shared: string | undefined;
    for (let index = 0; index < 20 && shared === undefined; index += 1) {
      const letter = (await created(engine, '')).slice(0, 1);
      if (prefixes.has(letter)) shared = letter;
      prefixes.add(letter);
    }
    expect(await message(await engine.call('GET', `/containers/${shared}/json`))).toEqual([
      400,
      `multiple IDs found with provided prefix: ${shared}`,
    ]);
  });

  it('filters lists', async () => {
    const engine = await testEngine();
    await started(engine, 'web', { Labels: { tier: 'front' } });
    await created(engine, 'db');
    await started(engine, 'job', { Cmd: ['false'] });
    await (await engine.call('POST', '/containers/job/wait')).json();
    const names = async (filters: object): Promise<string[]> => {
      const query = encodeURIComponent(JSON.stringify(filters));
      const rows = (await engine.json(200, 'GET', `/containers/json?all=1&filters=${query}`)) as ContainerSummary[];
      return rows.map((row) => row.Names[0] ?? '');
    };
    expect(await names({ name: ['^/?we'] })).toEqual(['/web']);
    expect(await names({ name: ['b$'] })).toEqual(['/job', '/db', '/web']);
    expect(await names({ status: { created: true } })).toEqual(['/db']);
    expect(await names({ exited: ['1'] })).toEqual(['/job']);
    expect(await names({ label: ['tier=front'] })).toEqual(['/web']);
    expect(await names({ ancestor: ['alpine'] })).toEqual(['/job', '/db', '/web']);
    expect(await names({ before: ['db'] })).toEqual(['/web']);
    expect((await engine.call('GET', `/containers/json?filters=${encodeURIComponent('{"foo":["x"]}')}`)).status).toBe(
      400,
    );
  });

  it('shows changes and commits them', async () => {
    const engine = await testEngine();
    const { id } = await started(engine, 'web');
    expect(await engine.json(200, 'GET', '/containers/web/changes')).toBeNull();
    engine.machine.uppers.set(id, [
      { path: '/root', kind: 'directory', mode: 0o700, size: 0, mtime: 9, opaque: false },
      { path: '/root/x', kind: 'file', mode: 0o644, size: 4, mtime: 9, opaque: false },
    ]);
    expect(await engine.json(200, 'GET', '/containers/web/changes')).toEqual([
      { Path: '/root', Kind: 0 },
      { Path: '/root/x', Kind: 1 },
    ]);
    const query = new URLSearchParams({ container: 'web', repo: 'mine', tag: 'v2', author: 'me', comment: 'msg' });
    query.append('changes', 'ENV A=b');
    query.append('changes', 'CMD ["x", "y"]');
    const { Id } = (await engine.json(201, 'POST', `/commit?${query}`)) as { Id: string };
    const image = engine.images.find('mine:v2');
    expect(image.id).toBe(Id);
    expect(image.parent).toBe(engine.images.find('alpine').id);
    expect(image.config).toMatchObject({
      author: 'me',
      architecture: '386',
      config: { Env: ['PATH=/bin', 'LANG=C', 'A=b'], Cmd: ['x', 'y'], Labels: { maker: 'test' } },
    });
    expect(image.config.history?.at(-1)).toMatchObject({ author: 'me', created_by: 'sleep 1000', comment: 'msg' });
    expect(image.layers).toHaveLength(2);
    expect(actions(engine).slice(-3)).toEqual(['pause', 'commit', 'unpause']);
    expect(await message(await engine.call('POST', '/commit?container=web&changes=RUN%20x'))).toEqual([
      400,
      'run is not a valid change command',
    ]);
    expect(await message(await engine.call('POST', '/commit?container=none'))).toEqual([
      404,
      'No such container: none',
    ]);
  });

  it('shows containers as exited when the machine goes away, their layers gone', async () => {
    const engine = await testEngine();
    await started(engine, 'web');
    const ended = await engine.call('POST', '/containers/web/wait');
    engine.machine.crash();
    expect(await ended.json()).toEqual({ StatusCode: 137 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { State } = (await engine.json(200, 'GET', '/containers/web/json')) as ContainerInspect;
    expect(State).toMatchObject({ Status: 'exited', ExitCode: 137 });
    expect(State.Error).toContain('what was written in this container is gone');
    await engine.machine.restart();
    expect((await engine.call('POST', '/containers/web/start')).status).toBe(204);
    expect(((await engine.json(200, 'GET', '/containers/web/json')) as ContainerInspect).State.Error).toBe('');
  });

  it('finds its containers again when it is opened anew', async () => {
    const { ContainerService } = await import('../../container/container-service.ts');
    const engine = await testEngine();
    await started(engine, 'web');
    const { machine, images, state, events } = engine;
    const again = await ContainerService.open({
      machine,
      images,
      state,
      events,
      volumeFiles: new MemoryFileSystem(),
    });
    expect((await again.inspect('web')).State).toMatchObject({ Status: 'exited', ExitCode: 137 });
  });

  it('restarts by policy until it is stopped', async () => {
    const engine = await testEngine();
    await created(engine, 'loop', {
      Cmd: ['false'],
      HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } },
    });
    await engine.call('POST', '/containers/loop/start');
    const state = async () => (await engine.json(200, 'GET', '/containers/loop/json')) as ContainerInspect;
    await expect.poll(async () => (await state()).State.Status).toBe('restarting');
    await expect.poll(async () => (await state()).State.Status, { timeout: 2000 }).toBe('exited');
    expect((await state()).RestartCount).toBe(2);
    const { process } = await started(engine, 'web', { HostConfig: { RestartPolicy: { Name: 'always' } } });
    process.end(0);
    await expect
      .poll(async () => ((await engine.json(200, 'GET', '/containers/web/json')) as ContainerInspect).State.Restarting)
      .toBe(true);
    expect((await engine.call('POST', '/containers/web/stop')).status).toBe(204);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(((await engine.json(200, 'GET', '/containers/web/json')) as ContainerInspect).State.Status).toBe('exited');
  });

  it('starts again what is always to run when the machine is back', async () => {
    const engine = await testEngine();
    await started(engine, 'web', { HostConfig: { RestartPolicy: { Name: 'unless-stopped' } } });
    engine.machine.crash();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await engine.machine.restart();
    await expect
      .poll(async () => ((await engine.json(200, 'GET', '/containers/web/json')) as ContainerInspect).State.Status)
      .toBe('running');
  });

  it('prunes what does not run', async () => {
    const engine = await testEngine();
    await started(engine, 'web');
    const id = await created(engine, 'old');
    expect(await engine.json(200, 'POST', '/containers/prune')).toEqual({ ContainersDeleted: [id], SpaceReclaimed: 0 });
    expect(await engine.json(200, 'POST', '/containers/prune')).toEqual({ ContainersDeleted: null, SpaceReclaimed: 0 });
  });
});
