import type { GuestProcess, Machine } from '../../machine/machine.ts';
import type { LabRoute } from './routes.ts';

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

export interface ShellOptions {
  readonly machine: Machine;
  /** Where a shell starts: the workspace, as the guest sees it. */
  readonly cwd: string;
}

const numberOf = (url: URL, name: string, fallback: number): number => {
  const value = Number(url.searchParams.get(name));
  return Number.isInteger(value) && value > 0 && value < 10_000 ? value : fallback;
};

/** Shells on the guest host: what the learner's terminal shows. */
export function shellRoutes({ machine, cwd }: ShellOptions): readonly LabRoute[] {
  const shells = new Map<string, GuestProcess>();
  let lastId = 0;
  return [
    {
      method: 'POST',
      path: /^shell$/,
      async handle(_request, _match, url) {
        const shell = await machine.spawn({
          terminal: true,
          consoleSize: { width: numberOf(url, 'cols', DEFAULT_COLUMNS), height: numberOf(url, 'rows', DEFAULT_ROWS) },
          user: { uid: 0, gid: 0 },
          args: ['/bin/sh', '-l'],
          env: [
            'HOME=/root',
            'USER=root',
            'TERM=xterm-256color',
            'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          ],
          cwd,
        });
        lastId += 1;
        const id = String(lastId);
        shells.set(id, shell);
        const forget = () => shells.delete(id);
        shell.exit.then(forget, forget);
        return {
          headers: new Headers({ 'Content-Type': 'application/vnd.docker.raw-stream', 'X-Drydock-Shell': id }),
          duplex: { readable: shell.stdout, writable: shell.stdin },
        };
      },
    },
    {
      method: 'POST',
      path: /^shell\/(\d+)\/resize$/,
      async handle(_request, [id = ''], url) {
        const shell = shells.get(id);
        if (!shell) return Response.json({ message: `No such shell: ${id}` }, { status: 404 });
        await shell.resize(numberOf(url, 'w', DEFAULT_COLUMNS), numberOf(url, 'h', DEFAULT_ROWS));
        return new Response(null, { status: 200 });
      },
    },
  ];
}
