import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileStatic } from '../guest/build/compile-static.ts';
import { StartError } from './errors.ts';
import type { GuestProcess, Machine } from './machine.ts';
import type { EndpointSpec, NameQuestion, SandboxChange } from './network.ts';
import {
  containerId,
  containerProcess,
  containerSpec,
  directory,
  file,
  hostShell,
  outcome,
  publishBase,
} from './testing/containers.ts';
import { createTestMachine } from './testing/node-machine.ts';

let machine: Machine;
const questions: NameQuestion[] = [];
let answered: (question: NameQuestion) => void = () => {};

const bridges = [
  ['one', 18, false],
  ['two', 19, false],
  ['inner', 20, true],
] as const;

beforeAll(async () => {
  machine = (await createTestMachine()).machine;
  await publishBase(machine);
  machine.networks.onQuestion((question) => {
    questions.push(question);
    answered(question);
  });
  for (const [name, net, internal] of bridges) {
    const mac = `02:42:ac:${net.toString(16)}:00:01`;
    await machine.networks.addBridge({ name, address: `172.${net}.0.1`, prefix: 16, mac, mtu: 1500, internal });
  }
});
afterAll(() => machine?.stop());

const nets: Readonly<Record<string, number>> = { docker0: 17, one: 18, two: 19, inner: 20 };

function endpoint(bridge: string, host: number, more: Partial<EndpointSpec> = {}): EndpointSpec {
  const net = nets[bridge] ?? 0;
  const mac = `02:42:ac:${net.toString(16)}:00:${host.toString(16).padStart(2, '0')}`;
  return {
    bridge,
    name: 'eth0',
    address: `172.${net}.0.${host}`,
    prefix: 16,
    mac,
    mtu: 1500,
    isolated: false,
    ...more,
  };
}

let count = 0;
async function start(command: string, network: SandboxChange): Promise<{ id: string; process: GuestProcess }> {
  const id = containerId(++count);
  const process = await machine.startContainer({
    id,
    lowers: ['base'],
    spec: containerSpec(containerProcess(['sh', '-c', command])),
    network: { key: `key${count}`, ...network },
  });
  return { id, process };
}

/** Runs a command in a container of its own on a bridge. */
async function on(bridge: string, host: number, command: string) {
  const gateway = bridge === 'inner' ? null : `172.${nets[bridge]}.0.1`;
  return outcome((await start(command, { add: [endpoint(bridge, host)], gateway })).process);
}

async function within(id: string, command: string) {
  return outcome(await machine.exec(id, containerProcess(['sh', '-c', command])));
}

/** A web server that says its name, once it listens. */
async function server(name: string, network: SandboxChange) {
  const box = await start(`mkdir /w; echo ${name} >/w/index.html; exec busybox httpd -f -h /w`, network);
  await within(box.id, 'until busybox netstat -lnt 2>/dev/null | busybox grep -q :80; do busybox usleep 50000; done');
  const end = async () => {
    await box.process.signal(9);
    await box.process.exit;
  };
  return { ...box, end };
}

/** The command goes on, so that the shell stays the first process: that one would not be ended by `timeout`. */
const get = (address: string) => `busybox timeout 3 busybox wget -qO- ${address} 2>&1; :`;

describe('networks', () => {
  test('a container has what it was given, and the host shows the other end', async () => {
    const { stdout } = await on(
      'docker0',
      9,
      'ip addr; ip route; cat /sys/class/net/eth0/address /sys/class/net/eth0/mtu',
    );
    expect(stdout).toContain('inet 127.0.0.1/8');
    expect(stdout).toContain('inet 172.17.0.9/16 brd 172.17.255.255 scope global eth0');
    expect(stdout).toContain('default via 172.17.0.1 dev eth0');
    expect(stdout).toContain('02:42:ac:11:00:09\n1500\n');
    const box = await start('sleep 600', { add: [endpoint('docker0', 9)] });
    const host = await hostShell(
      machine,
      'ip addr; readlink /var/run/docker/netns/key*; ls /sys/class/net/*/brport -d',
    );
    expect(host.stdout).toContain('inet 172.17.0.1/16');
    expect(host.stdout).toMatch(/veth[0-9a-f]{7}@.* master docker0/);
    expect(host.stdout).toContain(`/proc/${box.process.pid}/ns/net\n`);
    await box.process.signal(9);
    await box.process.exit;
    const after = await hostShell(machine, 'ls /sys/class/net/*/brport /var/run/docker/netns');
    expect(after.stdout.trim()).toBe('/var/run/docker/netns:');
  });

  test('without endpoints there is loopback and nothing else', async () => {
    const box = await start('ip addr; ip route; ping -c1 -w2 127.0.0.1', {});
    const { stdout, code } = await outcome(box.process);
    expect(stdout).toContain('inet 127.0.0.1/8');
    expect(stdout).not.toContain('eth0');
    expect(code).toBe(0);
  });

  test('neighbours and the host reach a container; other networks do not', async () => {
    const web = await server('web', { add: [endpoint('one', 2)], gateway: '172.18.0.1' });
    expect((await on('one', 3, `ping -c1 -w3 172.18.0.2; ${get('172.18.0.2')}`)).stdout).toMatch(
      /0% packet loss[\s\S]*web\n$/,
    );
    expect((await hostShell(machine, get('172.18.0.2'))).stdout).toBe('web\n');
    expect((await on('two', 3, 'ping -c1 -w1 172.18.0.2')).stdout).toContain('100% packet loss');
    expect((await on('docker0', 3, get('172.18.0.2'))).stdout).not.toContain('web');
    await web.end();
  });

  test('an internal network is closed in both directions, but not to the host', async () => {
    const inner = await server('inner', { add: [endpoint('inner', 2)], gateway: null });
    expect((await on('inner', 3, get('172.20.0.2'))).stdout).toBe('inner\n');
    expect((await hostShell(machine, get('172.20.0.2'))).stdout).toBe('inner\n');
    expect((await on('one', 3, 'ping -c1 -w1 172.20.0.2')).stdout).toContain('100% packet loss');
    const web = await server('web', {
      add: [endpoint('one', 2)],
      ports: [{ protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 8080, address: '172.18.0.2', port: 80 }],
    });
    const way = `busybox ip route add default via 172.20.0.1 2>&1; ${get('172.20.0.1:8080')}`;
    expect((await on('inner', 4, way)).stdout).not.toContain('web');
    await Promise.all([inner.end(), web.end()]);
  });

  test('isolated endpoints of one bridge reach the host only', async () => {
    const web = await server('web', { add: [endpoint('one', 2, { isolated: true })] });
    const box = await start(`ping -c1 -w1 172.18.0.2; ping -c1 -w3 172.18.0.1`, {
      add: [endpoint('one', 3, { isolated: true })],
    });
    expect((await outcome(box.process)).stdout).toMatch(/100% packet loss[\s\S]* 0% packet loss/);
    await web.end();
  });

  test('published ports lead in from every address of the host, 127.0.0.1 too, and from other networks', async () => {
    const web = await server('web', {
      add: [endpoint('one', 2)],
      gateway: '172.18.0.1',
      ports: [
        { protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 8080, address: '172.18.0.2', port: 80 },
        { protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 8081, address: '172.18.0.2', port: 80 },
      ],
    });
    for (const address of [
      'localhost:8080',
      '127.0.0.1:8080',
      '172.17.0.1:8080',
      '172.18.0.1:8080',
      '127.0.0.1:8081',
    ]) {
      expect((await hostShell(machine, get(address))).stdout, address).toBe('web\n');
    }
    expect((await hostShell(machine, get('172.17.0.1:8081'))).stdout).toContain('Connection refused');
    expect((await on('two', 3, get('172.19.0.1:8080'))).stdout).toBe('web\n');
    expect((await on('one', 3, get('172.18.0.1:8080'))).stdout).toBe('web\n');
    expect((await within(web.id, get('172.18.0.1:8080'))).stdout).toBe('web\n');
    expect((await hostShell(machine, 'netstat -lnt 2>/dev/null')).stdout).toContain('0.0.0.0:8080');
    await web.end();
    expect((await hostShell(machine, get('127.0.0.1:8080'))).stdout).toContain('Connection refused');
  });

  test('UDP ports are published too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drydock-udp-'));
    const program = join(folder, 'udp');
    await compileStatic([fileURLToPath(new URL('./testing/udp.c', import.meta.url))], program);
    const data = new Uint8Array(await readFile(program));
    machine.publishLayer('udp', directory({ udp: { ...file('', 0o755), kind: 'file', data } }));
    const box = await machine.startContainer({
      id: containerId(++count),
      lowers: ['udp', 'base'],
      spec: containerSpec(containerProcess(['/udp', '53'])),
      network: {
        key: 'udp',
        add: [endpoint('one', 2)],
        gateway: '172.18.0.1',
        ports: [{ protocol: 'udp', hostAddress: '0.0.0.0', hostPort: 5300, address: '172.18.0.2', port: 53 }],
      },
    });
    const reader = box.stdout.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('ready\n');
    for (const address of ['127.0.0.1', '172.17.0.1', '172.18.0.1']) {
      expect((await hostShell(machine, `/layers/udp/udp 5300 ${address} hello`)).stdout, address).toBe('hello\n');
    }
    await box.signal(9);
    await box.exit;
    await rm(folder, { recursive: true });
  });

  test('a port that a program of the host has is not to be had, and nothing is left', async () => {
    const holder = await machine.spawn(containerProcess(['nc', '-l', '-p', '8090', '-e', 'cat']));
    await hostShell(machine, 'until netstat -lnt 2>/dev/null | grep -q :8090; do usleep 50000; done');
    const ports = [8089, 8090].map((hostPort) => ({
      protocol: 'tcp' as const,
      hostAddress: '0.0.0.0',
      hostPort,
      address: '172.18.0.2',
      port: 80,
    }));
    const error = await start('true', { add: [endpoint('one', 2)], ports }).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ stage: 'network', errno: 98, subject: '0.0.0.0:8090/tcp' });
    const after = await hostShell(machine, 'netstat -lnt 2>/dev/null; ls -d /sys/class/net/*/brport 2>/dev/null');
    expect(after.stdout).not.toContain(':8089');
    expect(after.stdout).not.toContain('brport');
    await holder.signal(9);
    await holder.exit;
  });

  test('a bridge that is not there is an error', async () => {
    await expect(start('true', { add: [endpoint('nowhere', 2)] })).rejects.toMatchObject({
      stage: 'network',
      errno: 19,
    });
  });

  test('a running container is connected and disconnected', async () => {
    const web = await server('web', { add: [endpoint('one', 2)], gateway: '172.18.0.1' });
    await machine.networks.change(web.id, { add: [endpoint('two', 2, { name: 'eth1' })], gateway: '172.19.0.1' });
    expect((await on('two', 3, get('172.19.0.2'))).stdout).toBe('web\n');
    expect((await within(web.id, 'ip route')).stdout).toContain('default via 172.19.0.1 dev eth1');
    await machine.networks.change(web.id, { remove: ['eth1'], gateway: '172.18.0.1' });
    expect((await within(web.id, 'ip addr; ip route')).stdout).toMatch(
      /^(?![\s\S]*eth1)[\s\S]*default via 172.18.0.1 dev eth0/,
    );
    expect((await on('two', 3, 'ping -c1 -w1 172.19.0.2')).stdout).toContain('100% packet loss');
    await machine.networks.change(web.id, { remove: ['eth0'], gateway: null });
    expect((await within(web.id, 'ip route')).stdout).toBe('');
    await expect(machine.networks.change(web.id, { add: [endpoint('nowhere', 2)] })).rejects.toThrow('No such device');
    await web.end();
    await expect(machine.networks.change(web.id, {})).rejects.toMatchObject({ code: 'not-running' });
  });

  test('names are asked of the engine, over UDP and TCP, in containers with a resolver only', async () => {
    const box = await start('sleep 600', { add: [endpoint('one', 2)], gateway: '172.18.0.1', resolver: true });
    questions.length = 0;
    answered = (question) => {
      const reply = question.message.slice();
      reply[2] = 0x81;
      reply[3] = 0x83;
      question.answer(reply);
    };
    const asked = await within(box.id, 'busybox nslookup some.name 127.0.0.11 2>&1');
    expect(asked.stdout).toContain("can't find some.name: NXDOMAIN");
    expect(questions[0]?.containerId).toBe(box.id);
    expect(new TextDecoder().decode(questions[0]?.message.subarray(12))).toContain('some\x04name');
    // A question as it would come over TCP: length, header, name `a`, type A, class IN.
    const tcp = String.raw`printf '\0\23\1\2\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1' | busybox timeout 3 busybox nc 127.0.0.11 53 | busybox xxd -p`;
    expect((await within(box.id, tcp)).stdout.trim()).toBe('001301028183000100000000000001610000010001');
    const other = await start('busybox nslookup some.name 127.0.0.11 2>&1', { add: [endpoint('one', 3)] });
    expect((await outcome(other.process)).stdout).toContain('Connection refused');
    await box.process.signal(9);
    await box.process.exit;
  });

  test('a question is handed on to name servers of the container’s own, and fails when none answers', async () => {
    const box = await start('sleep 600', { add: [endpoint('one', 2)], gateway: '172.18.0.1', resolver: true });
    answered = (question) => question.forward(['172.18.0.1']);
    expect((await within(box.id, 'busybox nslookup x 127.0.0.11 2>&1')).stdout).toContain("can't find x: SERVFAIL");
    await box.process.signal(9);
    await box.process.exit;
  });

  test('lines come and go in files that the container may have changed', async () => {
    const hosts = `/var/lib/docker/containers/x/hosts`;
    await hostShell(machine, `mkdir -p ${hosts.slice(0, -6)}; printf '127.0.0.1\\tlocalhost\\n1.2.3.4 mine' >${hosts}`);
    const box = await start('sleep 600', {});
    await machine.networks.change(box.id, { lines: [{ path: hosts, remove: ['nothing'], add: ['172.18.0.2\tweb'] }] });
    expect((await hostShell(machine, `cat ${hosts}`)).stdout).toBe(
      '127.0.0.1\tlocalhost\n1.2.3.4 mine\n172.18.0.2\tweb\n',
    );
    await machine.networks.change(box.id, { lines: [{ path: hosts, remove: ['172.18.0.2\tweb'], add: [] }] });
    expect((await hostShell(machine, `cat ${hosts}`)).stdout).toBe('127.0.0.1\tlocalhost\n1.2.3.4 mine\n');
    await box.process.signal(9);
    await box.process.exit;
  });

  test('many containers after one another leave nothing', async () => {
    for (let i = 0; i < 30; i++) expect((await on('one', 2, 'true')).code).toBe(0);
    const left = 'sleep 1; ls /sys/class/net | grep -c veth; ls /proc/1/fd | wc -l';
    const first = await hostShell(machine, left);
    for (let i = 0; i < 30; i++) await on('one', 2, 'true');
    expect((await hostShell(machine, left)).stdout).toBe(first.stdout);
    expect(first.stdout).toMatch(/^0\n/);
  });

  test('a bridge goes', async () => {
    await machine.networks.removeBridge('two');
    await machine.networks.removeBridge('two');
    expect((await hostShell(machine, 'ip addr show dev two')).code).not.toBe(0);
    const again = {
      name: 'two',
      address: '172.19.0.1',
      prefix: 16,
      mac: '02:42:ac:13:00:01',
      mtu: 1400,
      internal: false,
    };
    await machine.networks.addBridge(again);
    await expect(machine.networks.addBridge(again)).rejects.toThrow('File exists');
    expect((await hostShell(machine, 'cat /sys/class/net/two/mtu')).stdout).toBe('1400\n');
  });
});
