import { beforeEach, describe, expect, it } from 'vitest';
import type { ContainerInspect, ContainerSummary, EndpointSettings, Network } from '../../api/types.ts';
import { StartError } from '../../machine/errors.ts';
import type { FakeMachine } from '../testing/fake-machine.ts';
import { type TestEngine, testEngine } from '../testing/test-engine.ts';
import { parseQuestion, recordType } from './dns-message.ts';

let engine: TestEngine<FakeMachine>;
beforeEach(async () => {
  engine = await testEngine();
});

const post = (path: string, body: unknown = {}, status = 200) => engine.json(status, 'POST', path, body);
const createNetwork = async (body: Readonly<Record<string, unknown>>): Promise<string> =>
  ((await post('/networks/create', body, 201)) as { Id: string }).Id;
const network = (name: string) => engine.json(200, 'GET', `/networks/${name}`) as Promise<Network>;
const networks = (filters: unknown = {}) =>
  engine.json(200, 'GET', `/networks?filters=${encodeURIComponent(JSON.stringify(filters))}`) as Promise<Network[]>;
const inspect = (name: string) => engine.json(200, 'GET', `/containers/${name}/json`) as Promise<ContainerInspect>;
const listed = (filters: unknown = {}) =>
  engine.json(200, 'GET', `/containers/json?all=1&filters=${encodeURIComponent(JSON.stringify(filters))}`) as Promise<
    ContainerSummary[]
  >;

async function create(name: string, body: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const created = await post(`/containers/create?name=${name}`, { Image: 'alpine', ...body }, 201);
  return (created as { Id: string }).Id;
}

async function run(name: string, body: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const id = await create(name, body);
  await engine.json(204, 'POST', `/containers/${name}/start`);
  return id;
}

const stop = (name: string) => engine.json(204, 'POST', `/containers/${name}/kill`);
const on = (mode: string, endpoint: EndpointSettings = {}) => ({
  HostConfig: { NetworkMode: mode },
  NetworkingConfig: { EndpointsConfig: { [mode]: endpoint } },
});
const publish = (bindings: Readonly<Record<string, unknown>>) => ({ HostConfig: { PortBindings: bindings } });
const refused = async (status: number, path: string, body: unknown = {}, method = 'POST') =>
  ((await engine.json(status, method, path, method === 'POST' ? body : undefined)) as { message: string }).message;
const told = () => engine.events.past().filter(({ Type }) => Type === 'network');
const started = (index: number) => engine.machine.started.at(index);

describe('networks', () => {
  it('that every engine has', async () => {
    expect((await networks()).map(({ Name, Driver }) => [Name, Driver])).toEqual([
      ['bridge', 'bridge'],
      ['host', 'host'],
      ['none', 'null'],
    ]);
    expect(await network('bridge')).toMatchObject({
      EnableIPv4: true,
      IPAM: { Driver: 'default', Options: null, Config: [{ Subnet: '172.17.0.0/16', Gateway: '172.17.0.1' }] },
      Options: { 'com.docker.network.bridge.name': 'docker0', 'com.docker.network.driver.mtu': '1500' },
    });
    expect((await network('none')).IPAM.Config).toBeNull();
    expect(await refused(403, '/networks/bridge', undefined, 'DELETE')).toBe(
      'bridge is a pre-defined network and cannot be removed',
    );
  });

  it('are made, found, listed and removed, with a bridge in the guest', async () => {
    const id = await createNetwork({ Name: 'mine', Labels: { a: 'b' }, Options: { x: 'y' } });
    expect(await network(id.slice(0, 6))).toMatchObject({
      Name: 'mine',
      Id: id,
      Scope: 'local',
      Driver: 'bridge',
      EnableIPv4: true,
      EnableIPv6: false,
      IPAM: { Driver: 'default', Options: {}, Config: [{ Subnet: '172.18.0.0/16', Gateway: '172.18.0.1' }] },
      ConfigFrom: { Network: '' },
      Containers: {},
      Options: { x: 'y' },
      Labels: { a: 'b' },
    });
    expect([...engine.machine.networks.bridges.values()]).toEqual([
      {
        name: `br-${id.slice(0, 12)}`,
        address: '172.18.0.1',
        prefix: 16,
        mac: '02:42:ac:12:00:01',
        mtu: 1500,
        internal: false,
      },
    ]);
    expect(await refused(409, '/networks/create', { Name: 'mine' })).toBe('network with name mine already exists');
    await engine.json(204, 'DELETE', '/networks/mine');
    expect(engine.machine.networks.bridges.size).toBe(0);
    expect(await refused(404, '/networks/mine', undefined, 'GET')).toBe('network mine not found');
    expect(told().map(({ Action, Actor }) => [Action, Actor])).toEqual([
      ['create', { ID: id, Attributes: { name: 'mine', type: 'bridge' } }],
      ['destroy', { ID: id, Attributes: { name: 'mine', type: 'bridge' } }],
    ]);
  });

  it.each([
    [{ name: ['i'] }, ['bridge', 'mine']],
    [{ driver: ['bridge'] }, ['bridge', 'mine']],
    [{ label: ['a'] }, ['mine']],
    [{ label: ['a=c'] }, []],
    [{ type: ['builtin'] }, ['bridge', 'host', 'none']],
    [{ type: ['custom'] }, ['mine']],
    [{ scope: ['swarm'] }, []],
    [{ dangling: ['true'] }, ['mine']],
    [{ dangling: ['false'] }, ['bridge', 'host', 'none']],
  ])('filter %j', async (filters, names) => {
    await createNetwork({ Name: 'mine', Labels: { a: 'b' } });
    expect((await networks(filters)).map(({ Name }) => Name)).toEqual(names);
  });

  it('are refused as dockerd does', async () => {
    const wrong = encodeURIComponent(JSON.stringify({ foo: ['x'] }));
    expect(await refused(400, `/networks?filters=${wrong}`, undefined, 'GET')).toBe("invalid filter 'foo'");
    expect(await refused(400, '/networks/create', { Name: 5 })).toContain('cannot unmarshal number');
    expect(await refused(400, '/networks/create', { Name: 'x', IPAM: { Config: [{ Subnet: 1 }] } })).toContain(
      'Subnet',
    );
    expect(await refused(404, '/networks/create', { Name: 'x', Driver: 'y' })).toBe('plugin "y" not found');
    expect(await refused(501, '/networks/create', { Name: 'x', EnableIPv6: true })).toContain('no IPv6');
  });

  it('are pruned when no running container is on them', async () => {
    await createNetwork({ Name: 'used' });
    await createNetwork({ Name: 'left' });
    await createNetwork({ Name: 'kept', Labels: { keep: '' } });
    await run('web', on('used'));
    const filters = encodeURIComponent(JSON.stringify({ 'label!': ['keep'] }));
    expect(await post(`/networks/prune?filters=${filters}`)).toEqual({ NetworksDeleted: ['left'] });
    await stop('web');
    expect(await post('/networks/prune')).toEqual({ NetworksDeleted: ['used', 'kept'] });
    expect(await post('/networks/prune')).toEqual({ NetworksDeleted: null });
  });

  it('outlive the engine, and have their bridges again in a guest that begins anew', async () => {
    const id = await createNetwork({ Name: 'mine', IPAM: { Config: [{ Subnet: '10.0.0.0/24' }] } });
    engine.machine.networks.bridges.clear();
    await engine.machine.restart();
    expect([...engine.machine.networks.bridges.keys()]).toEqual([`br-${id.slice(0, 12)}`]);
    expect(await engine.state.list('networks/')).toEqual([`networks/${id}`]);
    engine.machine.networks.bridges.clear();
    const { Networks } = await import('./networks.ts');
    const { machine, state, events } = engine;
    const again = await Networks.open({ machine, state, events, now: () => '' });
    expect(again.find('mine').addresses?.subnet).toBe('10.0.0.0/24');
    expect(engine.machine.networks.bridges.size).toBe(1);
  });
});

describe('a container', () => {
  it('is on the default bridge', async () => {
    const id = await run('web');
    expect(started(-1)?.network).toMatchObject({
      add: [
        { bridge: 'docker0', name: 'eth0', address: '172.17.0.2', prefix: 16, mac: '02:42:ac:11:00:02', mtu: 1500 },
      ],
      gateway: '172.17.0.1',
      ports: [],
      resolver: false,
    });
    const { NetworkSettings: settings } = await inspect('web');
    expect(settings.SandboxKey).toBe(`/var/run/docker/netns/${started(-1)?.network?.key}`);
    expect(settings).toMatchObject({ IPAddress: '172.17.0.2', Gateway: '172.17.0.1', IPPrefixLen: 16 });
    const endpoint = settings.Networks?.bridge;
    expect(endpoint).toMatchObject({
      IPAMConfig: null,
      Aliases: null,
      DNSNames: null,
      MacAddress: '02:42:ac:11:00:02',
    });
    expect((await network('bridge')).Containers).toEqual({
      [id]: {
        Name: 'web',
        EndpointID: endpoint?.EndpointID,
        MacAddress: '02:42:ac:11:00:02',
        IPv4Address: '172.17.0.2/16',
        IPv6Address: '',
      },
    });
    await run('other');
    expect((await inspect('other')).NetworkSettings.IPAddress).toBe('172.17.0.3');
    await stop('web');
    const { NetworkSettings: after } = await inspect('web');
    expect(after).toMatchObject({ SandboxID: '', SandboxKey: '', IPAddress: '', EndpointID: '' });
    expect(after.Networks?.bridge).toMatchObject({ IPAddress: '', NetworkID: (await network('bridge')).Id });
    await run('next');
    expect((await inspect('next')).NetworkSettings.IPAddress).toBe('172.17.0.2');
  });

  it('tells of joining and leaving, between its own events', async () => {
    const id = await run('web');
    await stop('web');
    const events = engine.events.past().map(({ Type, Action }) => `${Type} ${Action}`);
    expect(events.filter((each) => !/^image|^container kill/.test(each))).toEqual([
      'container create',
      'network connect',
      'container start',
      'container die',
      'network disconnect',
    ]);
    expect(told()[0]?.Actor.Attributes).toEqual({ container: id, name: 'bridge', type: 'bridge' });
  });

  it('is on a network of the user’s, with names', async () => {
    await createNetwork({ Name: 'mine', Options: { 'com.docker.network.driver.mtu': '1400' } });
    const id = await run('web', { Hostname: 'h', ...on('mine', { Aliases: ['www'] }) });
    expect(started(-1)?.network).toMatchObject({ add: [{ mtu: 1400 }], gateway: '172.18.0.1', resolver: true });
    expect((await inspect('web')).NetworkSettings.Networks?.mine).toMatchObject({
      Aliases: ['www'],
      IPAddress: '172.18.0.2',
      DNSNames: ['web', 'www', id.slice(0, 12), 'h'],
    });
    expect(await refused(403, '/networks/mine', undefined, 'DELETE')).toMatch(
      /^error while removing network: network mine has active endpoints \(name:"web" id:"[0-9a-f]{12}"\)$/,
    );
  });

  it('has the address, the hardware address and the networks it asks for', async () => {
    await createNetwork({ Name: 'one', IPAM: { Config: [{ Subnet: '10.1.0.0/16' }] } });
    await createNetwork({ Name: 'two', IPAM: { Config: [{ Subnet: '10.2.0.0/16' }] } });
    await run('web', {
      HostConfig: { NetworkMode: 'two' },
      NetworkingConfig: {
        EndpointsConfig: {
          one: { IPAMConfig: { IPv4Address: '10.1.0.9' } },
          two: { MacAddress: '02:42:00:00:00:01', GwPriority: 1 },
        },
      },
    });
    expect(started(-1)?.network).toMatchObject({
      add: [
        { name: 'eth0', address: '10.2.0.2', mac: '02:42:00:00:00:01' },
        { name: 'eth1', address: '10.1.0.9' },
      ],
      gateway: '10.2.0.1',
    });
    const taken = await refused(201, '/containers/create?name=second', {
      Image: 'alpine',
      ...on('one', { IPAMConfig: { IPv4Address: '10.1.0.9' } }),
    }).then(() => refused(403, '/containers/second/start'));
    expect(taken).toBe('failed to set up container networking: Address already in use');
    expect((await inspect('second')).State).toMatchObject({ Status: 'created', ExitCode: 128 });
  });

  it('without a way out publishes nothing', async () => {
    await createNetwork({ Name: 'inner', Internal: true });
    await run('web', { ...on('inner'), ExposedPorts: { '80/tcp': {} } });
    expect(started(-1)?.network).toMatchObject({ gateway: null, ports: [] });
    expect((await inspect('web')).NetworkSettings.Ports).toEqual({});
    await run('alone', on('none'));
    expect(started(-1)?.network).toMatchObject({ add: [], gateway: null });
    expect((await inspect('alone')).NetworkSettings.Networks?.none).toMatchObject({ IPAddress: '', MacAddress: '' });
  });

  it('is on the host’s network', async () => {
    await run('web', { HostConfig: { NetworkMode: 'host' } });
    expect(started(-1)?.network).toBeUndefined();
    expect(started(-1)?.spec.linux.namespaces.map(({ type }) => type)).not.toContain('network');
    const { NetworkSettings, Config } = await inspect('web');
    expect(NetworkSettings.SandboxKey).toBe('/var/run/docker/netns/default');
    expect(Config.Hostname).toBe('lab');
    const ports = { HostConfig: { NetworkMode: 'host', PortBindings: { '80/tcp': [{ HostPort: '80' }] } } };
    const created = await post('/containers/create', { Image: 'alpine', ...ports }, 201);
    expect(created).toMatchObject({ Warnings: ['Published ports are discarded when using host network mode'] });
  });

  it('shares another’s network', async () => {
    const owner = await run('web', { Hostname: 'h' });
    const pid = engine.machine.running.get(owner)?.pid;
    const id = await run('side', { HostConfig: { NetworkMode: 'container:web' } });
    expect(started(-1)?.network).toBeUndefined();
    expect(started(-1)?.files).toEqual([]);
    expect(started(-1)?.spec.hostname).toBe('h');
    expect(started(-1)?.spec.linux.namespaces).toContainEqual({ type: 'network', path: `/proc/${pid}/ns/net` });
    const hosts = started(-1)?.spec.mounts.find(({ destination }) => destination === '/etc/hosts');
    expect(hosts?.source).toBe(`/var/lib/docker/containers/${owner}/hosts`);
    expect(await inspect('side')).toMatchObject({
      Id: id,
      HostsPath: `/var/lib/docker/containers/${owner}/hosts`,
      HostConfig: { NetworkMode: `container:${owner}` },
      NetworkSettings: { SandboxID: '', Networks: {} },
    });
    await stop('side');
    await stop('web');
    expect(await refused(409, '/containers/side/start')).toBe(
      'cannot join network namespace of a non running container: container web is exited',
    );
    await create('lost', { HostConfig: { NetworkMode: 'container:nope' } });
    expect(await refused(500, '/containers/lost/start')).toBe(
      'joining network namespace of container: No such container: nope',
    );
  });

  it.each([
    [
      { HostConfig: { NetworkMode: 'container:x' }, Hostname: 'h' },
      'conflicting options: hostname and the network mode',
    ],
    [
      { HostConfig: { NetworkMode: 'container:x', PublishAllPorts: true } },
      'conflicting options: port publishing and the container type network mode',
    ],
    [{ HostConfig: { NetworkMode: 'container:x', Dns: ['1.1.1.1'] } }, 'conflicting options: dns and the network mode'],
    [
      on('bridge', { IPAMConfig: { IPv4Address: '172.17.0.9' } }),
      'invalid endpoint settings:\nuser specified IP address is supported on user defined networks only',
    ],
    [
      on('bridge', { Aliases: ['a'] }),
      'invalid endpoint settings:\nnetwork-scoped alias is supported only for containers in user defined networks',
    ],
    [on('mine', { IPAMConfig: { IPv4Address: 'x' } }), 'invalid endpoint settings:\ninvalid IPv4 address: x'],
    [on('mine', { MacAddress: 'x' }), 'invalid MAC address x'],
    [{ HostConfig: { ExtraHosts: ['a:b'] } }, 'invalid IP address in add-host: "b"'],
    [{ HostConfig: { Dns: ['x\nnameserver y'] } }, 'invalid DNS address'],
    [publish({ '80/tcp': [{ HostPort: 'x' }] }), 'invalid port specification: "x"'],
  ])('is refused %j', async (body, message) => {
    expect(await refused(400, '/containers/create', { Image: 'alpine', ...body })).toContain(message);
  });

  it('is not started on a network that is not there', async () => {
    await create('web', on('nope'));
    expect(await refused(404, '/containers/web/start')).toBe(
      'failed to set up container networking: network nope not found',
    );
    await createNetwork({ Name: 'nope' });
    await engine.json(204, 'POST', '/containers/web/start');
  });

  it('is not started at an address that its network cannot give', async () => {
    await createNetwork({ Name: 'mine' });
    await create('web', on('mine', { IPAMConfig: { IPv4Address: '172.18.0.9' } }));
    expect(await refused(400, '/containers/web/start')).toContain(
      'user specified IP address is supported only when connecting to networks with user configured subnets',
    );
  });
});

describe('published ports', () => {
  it('are in the start, the inspection and the list', async () => {
    await run('web', {
      ExposedPorts: { '90/tcp': {} },
      ...publish({ '80/tcp': [{ HostPort: '8080' }], '53/udp': [{ HostIp: '127.0.0.1', HostPort: '' }] }),
    });
    expect(started(-1)?.network?.ports).toEqual([
      { protocol: 'udp', hostAddress: '127.0.0.1', hostPort: 32768, address: '172.17.0.2', port: 53 },
      { protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 8080, address: '172.17.0.2', port: 80 },
    ]);
    expect((await inspect('web')).NetworkSettings.Ports).toEqual({
      '53/udp': [{ HostIp: '127.0.0.1', HostPort: '32768' }],
      '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }],
      '90/tcp': null,
    });
    const ports = [
      { IP: '127.0.0.1', PrivatePort: 53, PublicPort: 32768, Type: 'udp' },
      { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { PrivatePort: 90, Type: 'tcp' },
    ];
    expect((await listed())[0]?.Ports).toEqual(ports);
    const names = async (filters: unknown) => (await listed(filters)).flatMap(({ Names }) => Names);
    expect(await names({ publish: ['80'] })).toEqual(['/web']);
    expect(await names({ publish: ['90'] })).toEqual([]);
    expect(await names({ expose: ['88-90/tcp'] })).toEqual(['/web']);
    expect(await names({ network: ['bridge'] })).toEqual(['/web']);
    expect(await names({ network: [(await network('bridge')).Id] })).toEqual(['/web']);
  });

  it('are one container’s at a time', async () => {
    await run('web', publish({ '80/tcp': [{ HostPort: '8080' }] }));
    await create('other', publish({ '90/tcp': [{ HostPort: '8080' }] }));
    expect(await refused(500, '/containers/other/start')).toMatch(
      /^failed to set up container networking: driver failed programming external connectivity on endpoint other \([0-9a-f]{64}\): Bind for 0.0.0.0:8080 failed: port is already allocated$/,
    );
    expect(told().filter(({ Action }) => Action === 'connect')).toHaveLength(1);
    await stop('web');
    await engine.json(204, 'POST', '/containers/other/start');
    expect((await inspect('other')).NetworkSettings.IPAddress).toBe('172.17.0.2');
  });

  it('that a program of the host has are given up for others, unless they were asked for', async () => {
    const busy = (port: number) => new StartError('network', 98, `0.0.0.0:${port}/tcp`, 'Address in use');
    engine.machine.startFailures.push(busy(32768));
    await run('web', publish({ '80/tcp': [{ HostPort: '' }] }));
    expect((await inspect('web')).NetworkSettings.Ports).toEqual({
      '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '32769' }],
    });
    engine.machine.startFailures.push(busy(8080));
    await create('other', publish({ '80/tcp': [{ HostPort: '8080' }] }));
    expect(await refused(500, '/containers/other/start')).toMatch(
      /endpoint other \([0-9a-f]{64}\): failed to bind host port for 0.0.0.0:8080:172.17.0.3:80\/tcp: address already in use$/,
    );
    await engine.json(204, 'POST', '/containers/other/start');
  });

  it('of every exposed port', async () => {
    await run('web', { ExposedPorts: { '80/tcp': {} }, HostConfig: { PublishAllPorts: true } });
    expect(started(-1)?.network?.ports).toMatchObject([{ hostPort: 32768, port: 80 }]);
  });
});

describe('connecting', () => {
  beforeEach(async () => {
    await createNetwork({ Name: 'mine' });
    await createNetwork({ Name: 'abc', IPAM: { Config: [{ Subnet: '10.0.0.0/24' }] } });
  });
  const connect = (name: string, container: string, endpoint?: EndpointSettings, status = 200) =>
    engine.json(status, 'POST', `/networks/${name}/connect`, { Container: container, EndpointConfig: endpoint });
  const disconnect = (name: string, container: string, Force = false, status = 200) =>
    engine.json(status, 'POST', `/networks/${name}/disconnect`, { Container: container, Force });
  const change = () => engine.machine.networks.changes.at(-1)?.change;

  it('a running container changes its guest at once', async () => {
    const id = await run('web', publish({ '80/tcp': [{ HostPort: '8080' }] }));
    await connect('abc', 'web', { Aliases: ['www'], IPAMConfig: { IPv4Address: '10.0.0.7' } });
    const short = id.slice(0, 12);
    expect(change()).toEqual({
      add: [
        {
          bridge: expect.stringMatching(/^br-[0-9a-f]{12}$/),
          name: 'eth1',
          address: '10.0.0.7',
          prefix: 24,
          mac: '02:42:0a:00:00:07',
          mtu: 1500,
          isolated: false,
        },
      ],
      // The way out goes by name, and ports with it.
      gateway: '10.0.0.1',
      ports: [{ protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 8080, address: '10.0.0.7', port: 80 }],
      resolver: true,
      lines: [
        { path: `/var/lib/docker/containers/${id}/hosts`, remove: [], add: [`10.0.0.7\t${short}`] },
        {
          path: `/var/lib/docker/containers/${id}/resolv.conf`,
          remove: ['nameserver 8.8.8.8', 'nameserver 8.8.4.4'],
          add: ['nameserver 127.0.0.11', 'options ndots:0'],
        },
      ],
    });
    expect((await inspect('web')).NetworkSettings.Networks?.abc).toMatchObject({
      Aliases: ['www'],
      DNSNames: ['web', 'www', short],
      IPAddress: '10.0.0.7',
    });
    expect(told().at(-1)).toMatchObject({ Action: 'connect', Actor: { Attributes: { container: id, name: 'abc' } } });
    await disconnect('bridge', 'web');
    expect(change()).toEqual({
      remove: ['eth0'],
      gateway: '10.0.0.1',
      lines: [{ path: `/var/lib/docker/containers/${id}/hosts`, remove: [`172.17.0.2\t${short}`], add: [] }],
    });
    expect(Object.keys((await inspect('web')).NetworkSettings.Networks ?? {})).toEqual(['abc']);
    await disconnect('abc', 'web');
    expect(change()).toMatchObject({ remove: ['eth1'], gateway: null, ports: [] });
    expect((await inspect('web')).NetworkSettings).toMatchObject({ Networks: {}, Ports: {} });
    await run('next', publish({ '80/tcp': [{ HostPort: '8080' }] }));
  });

  it('a container that does not run keeps it for its start', async () => {
    await create('web');
    await connect('mine', 'web');
    await connect('not-yet', 'web');
    expect(Object.keys((await inspect('web')).NetworkSettings.Networks ?? {})).toEqual(['bridge', 'mine', 'not-yet']);
    await disconnect('not-yet', 'web');
    await engine.json(204, 'POST', '/containers/web/start');
    expect(started(-1)?.network?.add?.map(({ name, address }) => [name, address])).toEqual([
      ['eth0', '172.17.0.2'],
      ['eth1', '172.18.0.2'],
    ]);
    await stop('web');
    await disconnect('mine', 'web');
    expect(Object.keys((await inspect('web')).NetworkSettings.Networks ?? {})).toEqual(['bridge']);
    expect(await disconnect('mine', 'web', false, 500)).toMatchObject({
      message: expect.stringMatching(/^container [0-9a-f]{64} is not connected to the network mine$/),
    });
  });

  it('leaves nothing when the guest refuses', async () => {
    await run('web');
    engine.machine.networks.failure = new StartError('network', 19, 'eth1', 'No such device');
    await connect('mine', 'web', {}, 500);
    engine.machine.networks.failure = undefined;
    expect((await network('mine')).Containers).toEqual({});
    expect(Object.keys((await inspect('web')).NetworkSettings.Networks ?? {})).toEqual(['bridge']);
    await connect('mine', 'web');
  });

  it('is refused as dockerd does', async () => {
    const id = await run('web');
    await run('alone', on('none'));
    await run('host', { HostConfig: { NetworkMode: 'host' } });
    await run('side', { HostConfig: { NetworkMode: 'container:web' } });
    await connect('mine', 'web');
    const shared =
      'container sharing network namespace with another container or host cannot be connected to any other network';
    const cases: readonly (readonly [Promise<unknown>, string])[] = [
      [connect('mine', 'web', {}, 403), 'endpoint with name web already exists in network mine'],
      [connect('nope', 'web', {}, 404), 'network nope not found'],
      [connect('mine', 'nope', {}, 404), 'No such container: nope'],
      [disconnect('mine', 'nope', false, 404), 'No such container: nope'],
      [disconnect('nope', 'web', false, 404), 'network nope not found'],
      [disconnect('abc', 'web', false, 500), `container ${id} is not connected to network abc`],
      [
        connect('host', 'web', {}, 400),
        'cannot connect container to host network - container must be created in host network mode',
      ],
      [
        connect('none', 'web', {}, 400),
        'container cannot be connected to multiple networks with one of the networks in private (none) mode',
      ],
      [
        connect('mine', 'alone', {}, 400),
        'container cannot be connected to multiple networks with one of the networks in private (none) mode',
      ],
      [connect('mine', 'host', {}, 400), shared],
      [connect('mine', 'side', {}, 400), shared],
      [
        disconnect('host', 'host', false, 400),
        'cannot disconnect container from host network - container was created in host network mode',
      ],
      [
        connect('abc', 'web', { IPAMConfig: { IPv4Address: '10.1.0.1' } }, 400),
        'invalid endpoint settings:\nno configured subnet or ip-range contain the IP address 10.1.0.1',
      ],
    ];
    for (const [answer, message] of cases) expect(await answer).toEqual({ message });
  });
});

describe('names', () => {
  /** What the name server says to a container: addresses, or the answer's code. */
  function ask(containerId: string, name: string, type: number = recordType.a): readonly string[] | number | string {
    const labels = name.split('.').flatMap((label) => [label.length, ...new TextEncoder().encode(label)]);
    const message = Uint8Array.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, type, 0, 1]);
    expect(parseQuestion(message)?.name).toBe(name.toLowerCase());
    let reply: Uint8Array | undefined;
    let servers: readonly string[] = [];
    engine.machine.networks.ask({
      containerId,
      message,
      answer: (bytes) => {
        reply = bytes;
      },
      forward: (to) => {
        servers = to;
      },
    });
    if (!reply) return `asks ${servers.join(' and ')}`;
    const code = (reply[3] ?? 0) & 15;
    const addresses: string[] = [];
    for (let at = message.length; type === recordType.a && at < reply.length; at += 16) {
      addresses.push(reply.subarray(at + 12, at + 16).join('.'));
    }
    if (type === recordType.ptr && code === 0) return new TextDecoder().decode(reply.subarray(message.length + 13, -1));
    return code === 0 ? addresses : code;
  }

  it('are those of containers on the same networks of the user’s, as they are now', async () => {
    await createNetwork({ Name: 'mine' });
    await createNetwork({ Name: 'other' });
    const web = await run('web', { Hostname: 'h', ...on('mine', { Aliases: ['www'] }) });
    const db = await run('db', on('mine', { Aliases: ['www'], Links: ['web:server'] }));
    const away = await run('away', on('other'));
    const plain = await run('plain');
    for (const name of ['web', 'WEB', 'h', web.slice(0, 12), 'web.mine', 'server', 'server.mine']) {
      expect(ask(db, name), name).toEqual(['172.18.0.2']);
    }
    expect([...(ask(web, 'www') as string[])].sort()).toEqual(['172.18.0.2', '172.18.0.3']);
    expect(ask(web, 'server')).toBe(3);
    expect(ask(db, 'web', recordType.aaaa)).toEqual([]);
    expect(ask(db, '2.0.18.172.in-addr.arpa', recordType.ptr)).toBe('web\x04mine');
    for (const name of ['away', 'plain', 'nowhere', 'web.other', 'example.com']) expect(ask(db, name), name).toBe(3);
    expect(ask(away, 'web')).toBe(3);
    expect(ask(plain, 'web')).toBe(3);
    await post('/containers/web/rename?name=renamed', undefined, 204);
    expect([ask(db, 'web'), ask(db, 'renamed')]).toEqual([3, ['172.18.0.2']]);
    await post('/networks/mine/disconnect', { Container: 'renamed' });
    expect(ask(db, 'renamed')).toBe(3);
    await post('/networks/other/connect', { Container: 'db' });
    expect(ask(db, 'away')).toEqual(['172.19.0.2']);
    await stop('away');
    expect(ask(db, 'away')).toBe(3);
  });

  it('that are none of ours are asked of the container’s own name servers', async () => {
    await createNetwork({ Name: 'mine' });
    await createNetwork({ Name: 'inner', Internal: true });
    const dns = { NetworkMode: 'mine', Dns: ['10.0.0.53', '::1'] };
    const web = await run('web', { HostConfig: dns });
    expect([ask(web, 'example.com'), ask(web, 'web')]).toEqual(['asks 10.0.0.53', ['172.18.0.2']]);
    const inner = await run('inner', { HostConfig: { ...dns, NetworkMode: 'inner' } });
    expect(ask(inner, 'example.com')).toBe(3);
  });
});
