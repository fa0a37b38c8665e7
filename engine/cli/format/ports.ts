import type { Port } from '../../api/types.ts';

interface Run {
  readonly ip: string;
  readonly type: string;
  readonly published: boolean;
  readonly first: number;
  last: number;
}

/**
 * Ports as `docker ps` shows them, neighbours as a range: `0.0.0.0:8080->80/tcp, 9000-9001/udp`.
 * A range is only made of ports that keep their number when published.
 */
export function displayPorts(ports: readonly Port[]): string {
  const sorted = ports.toSorted(
    (a, b) =>
      a.PrivatePort - b.PrivatePort ||
      compare(a.IP ?? '', b.IP ?? '') ||
      (a.PublicPort ?? 0) - (b.PublicPort ?? 0) ||
      compare(a.Type, b.Type),
  );
  const runs = new Map<string, Run>();
  const order: string[] = [];
  const ranges: string[] = [];
  const mappings: string[] = [];
  for (const port of sorted) {
    const { PrivatePort, PublicPort, Type, IP = '' } = port;
    if (IP && PublicPort !== PrivatePort) {
      mappings.push(`${host(IP)}:${PublicPort ?? 0}->${PrivatePort}/${Type}`);
      continue;
    }
    const key = IP ? `${IP}/${Type}` : Type;
    const run = runs.get(key);
    if (run?.last === PrivatePort - 1) {
      run.last = PrivatePort;
      continue;
    }
    if (run) ranges.push(show(run));
    else order.push(key);
    runs.set(key, { ip: IP, type: Type, published: IP !== '', first: PrivatePort, last: PrivatePort });
  }
  for (const key of order) {
    const run = runs.get(key);
    if (run) ranges.push(show(run));
  }
  return [...ranges, ...mappings].join(', ');
}

function show({ ip, type, published, first, last }: Run): string {
  const range = first === last ? `${first}` : `${first}-${last}`;
  return published ? `${host(ip)}:${range}->${range}/${type}` : `${range}/${type}`;
}

function host(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
