import type { ContainerTop } from '../api/types.ts';
import type { Machine } from '../machine/machine.ts';
import type { Container } from './container.ts';
import { type Context, publish } from './context.ts';
import { ContainerError } from './errors.ts';
import { guard } from './lifecycle.ts';
import { DEFAULT_PATH } from './runtime/environment.ts';

/** Kernel ticks a second, in which /proc counts processor time (USER_HZ). */
const TICKS = 100;
const PAGE = 4096;

interface Process {
  readonly pid: number;
  readonly ppid: number;
  readonly user: string;
  readonly tty: string;
  readonly state: string;
  /** Ticks of processor time. */
  readonly time: number;
  /** Seconds since the epoch. */
  readonly started: number;
  /** Share of one processor over its life, in percent. */
  readonly cpu: number;
  /** Bytes. */
  readonly virtual: number;
  readonly resident: number;
  readonly name: string;
  readonly command: string;
}

type Column = readonly [title: string, value: (process: Process) => string];

const COLUMNS: Readonly<Record<string, Column>> = {
  user: ['USER', ({ user }) => user],
  uid: ['UID', ({ user }) => user],
  pid: ['PID', ({ pid }) => String(pid)],
  ppid: ['PPID', ({ ppid }) => String(ppid)],
  c: ['C', ({ cpu }) => String(Math.floor(cpu))],
  stime: ['STIME', ({ started }) => new Date(started * 1000).toISOString().slice(11, 16)],
  tty: ['TTY', ({ tty }) => tty],
  time: ['TIME', ({ time }) => clockTime(time)],
  cmd: ['CMD', ({ command }) => command],
  command: ['COMMAND', ({ command }) => command],
  args: ['COMMAND', ({ command }) => command],
  comm: ['COMMAND', ({ name }) => name],
  stat: ['STAT', ({ state }) => state],
  s: ['S', ({ state }) => state],
  vsz: ['VSZ', ({ virtual }) => String(Math.floor(virtual / 1024))],
  rss: ['RSS', ({ resident }) => String(Math.floor(resident / 1024))],
  '%cpu': ['%CPU', ({ cpu }) => cpu.toFixed(1)],
  pcpu: ['%CPU', ({ cpu }) => cpu.toFixed(1)],
};

const FULL = ['uid', 'pid', 'ppid', 'c', 'stime', 'tty', 'time', 'cmd'];
const BSD = ['user', 'pid', '%cpu', 'vsz', 'rss', 'tty', 'stat', 'stime', 'time', 'command'];

/** `docker top`: the container's processes as the guest host's ps shows them. Throws ContainerError. */
export async function topContainer(context: Context, container: Container, psArguments: string): Promise<ContainerTop> {
  guard.running(container.record.lifecycle, container.id);
  const columns = chooseColumns(psArguments);
  const pids = await context.machine.processes(container.id);
  const processes = await readProcesses(context.machine, pids);
  publish(context, container, 'top');
  return {
    Titles: columns.map(([title]) => title),
    Processes: processes.map((process) => columns.map(([, value]) => value(process))),
  };
}

/** The columns that these arguments of ps ask for: `-ef`, `aux`, `-o a,b`. */
function chooseColumns(psArguments: string): readonly Column[] {
  const words = psArguments.split(/\s+/).filter((word) => word !== '');
  const option = words.findIndex((word) => /^-?[a-zA-Z]*o$/.test(word));
  const names =
    option >= 0
      ? (words[option + 1] ?? '').split(',')
      : words.some((word) => /^-?[ax]*u[ax]*$/.test(word))
        ? BSD
        : FULL;
  return names.map((name) => {
    const column = COLUMNS[name.toLowerCase().replace(/=.*$/, '')];
    if (!column)
      throw new ContainerError('system', `Error running ps: error: unknown user-defined format specifier "${name}"`);
    return column;
  });
}

/** Reads /proc of the guest host: one line of `stat`, the command line, and the owner, for each process. */
async function readProcesses(machine: Machine, pids: readonly number[]): Promise<readonly Process[]> {
  const script =
    'cat /proc/uptime; for p in "$@"; do s=$(cat /proc/$p/stat 2>/dev/null) || continue; echo "$s"; stat -c %U /proc/$p; tr "\\0\\n" "  " </proc/$p/cmdline; echo; done';
  const process = await machine.spawn({
    user: { uid: 0, gid: 0 },
    args: ['/bin/sh', '-c', script, 'sh', ...pids.map(String)],
    env: [`PATH=${DEFAULT_PATH}`],
    cwd: '/',
  });
  await process.stdin.close().catch(() => {});
  process.stderr.cancel().catch(() => {});
  const [uptimeLine = '0', ...lines] = (await new Response(process.stdout).text()).split('\n');
  await process.exit;
  const uptime = Number(uptimeLine.split(' ')[0]);
  const now = Date.now() / 1000;
  const processes: Process[] = [];
  for (let index = 0; index + 2 < lines.length; index += 3) {
    processes.push(parseProcess(lines[index] ?? '', lines[index + 1] ?? '', lines[index + 2] ?? '', uptime, now));
  }
  return processes;
}

/** `stat` as in proc(5): `pid (name) state ppid ...`, where only the name may hold spaces. */
function parseProcess(stat: string, user: string, commandLine: string, uptime: number, now: number): Process {
  const close = stat.lastIndexOf(')');
  const name = stat.slice(stat.indexOf('(') + 1, close);
  const fields = stat.slice(close + 2).split(' ');
  const number = (index: number): number => Number(fields[index] ?? 0);
  const time = number(11) + number(12);
  const age = Math.max(0, uptime - number(19) / TICKS);
  const device = number(4);
  const major = (device >> 8) & 0xfff;
  return {
    pid: Number(stat.slice(0, stat.indexOf(' '))),
    ppid: number(1),
    user,
    tty: major === 136 ? `pts/${device & 0xff}` : device === 0 ? '?' : `tty${device & 0xff}`,
    state: fields[0] ?? '?',
    time,
    started: now - age,
    cpu: age > 0 ? (time / TICKS / age) * 100 : 0,
    virtual: number(20),
    resident: number(21) * PAGE,
    name,
    command: commandLine.trim() || `[${name}]`,
  };
}

function clockTime(ticks: number): string {
  const seconds = Math.floor(ticks / TICKS);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
}
