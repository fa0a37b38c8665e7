import type { Transport } from '../../api/transport.ts';
import type { FileNode } from '../../files/node.ts';
import { walk } from '../../files/tree.ts';
import type { CliContext } from '../context.ts';
import { runDocker } from '../main.ts';

const encoder = new TextEncoder();

/** A request as the fake engine saw it. */
export interface Seen {
  readonly method: string;
  /** Without the version, with the query decoded. */
  readonly path: string;
  readonly body: string;
}

export type Answer = Response | { readonly duplex: readonly Uint8Array[]; readonly contentType?: string };

export interface FakeEngine {
  readonly transport: Transport;
  readonly seen: readonly Seen[];
  /** What was written into taken-over connections. */
  readonly typed: () => string;
}

/**
 * An engine whose answers are a function of the request. `undefined` is a 404.
 * @param server what it calls itself
 */
export function fakeEngine(
  answer: (seen: Seen) => Answer | undefined | Promise<Answer | undefined>,
  server = 'Docker/28.2.2 (linux)',
): FakeEngine {
  const seen: Seen[] = [];
  let typed = '';
  const handle = async (request: Request): Promise<Answer> => {
    const { pathname, search } = new URL(request.url);
    const each = {
      method: request.method,
      path: decodeURIComponent(pathname.replace(/^\/v1\.\d+/, '') + search),
      body: await request.text(),
    };
    if (each.path === '/_ping') return new Response(null, { headers: { 'Api-Version': '1.50', Server: server } });
    seen.push(each);
    return (await answer(each)) ?? Response.json({ message: `no answer to ${each.path}` }, { status: 404 });
  };
  return {
    seen,
    typed: () => typed,
    transport: {
      async fetch(request) {
        const response = await handle(request);
        if (response instanceof Response) return response;
        throw new Error('not an upgrade');
      },
      async upgrade(request) {
        const response = await handle(request);
        if (response instanceof Response) return response;
        return {
          headers: new Headers({ 'Content-Type': response.contentType ?? 'application/vnd.docker.raw-stream' }),
          duplex: {
            readable: new ReadableStream({
              start(controller) {
                for (const chunk of response.duplex) controller.enqueue(chunk);
                controller.close();
              },
            }),
            writable: new WritableStream({
              write(chunk) {
                typed += new TextDecoder().decode(chunk);
              },
            }),
          },
        };
      },
    },
  };
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly rawModes: readonly boolean[];
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly tty?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly tree?: FileNode;
  /** Sent after a turn of the event loop. */
  readonly signal?: number;
  readonly columns?: number;
}

/** Runs a command line against an engine and gives all that it did. */
export async function runCli(
  argv: readonly string[],
  engine: Pick<FakeEngine, 'transport'>,
  options: RunOptions = {},
): Promise<Ran> {
  const { stdin = '', tty = false, env = {}, tree, signal, columns = 80 } = options;
  const written = { stdout: '', stderr: '' };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const rawModes: boolean[] = [];
  const files = new Map<string, Uint8Array>();
  const sink = (name: 'stdout' | 'stderr'): WritableStream<Uint8Array> =>
    new WritableStream({
      write(chunk) {
        written[name] += decoders[name].decode(chunk, { stream: true });
      },
    });
  const context: CliContext = {
    argv,
    env,
    cwd: '/project',
    stdin: new ReadableStream({
      start(controller) {
        if (stdin) controller.enqueue(encoder.encode(stdin));
        controller.close();
      },
    }),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    tty: { stdin: tty, stdout: tty, stderr: tty },
    size: { columns, rows: 24 },
    async setRawMode(raw) {
      rawModes.push(raw);
    },
    onSignal(listener) {
      const timer = signal === undefined ? undefined : setTimeout(() => listener(signal), 10);
      return () => clearTimeout(timer);
    },
    onResize: () => () => {},
    transport: engine.transport,
    files: {
      async stat(path) {
        if (files.has(path)) return { kind: 'file', size: files.get(path)?.length ?? 0, mode: 0o644 };
        const node = tree && find(tree, path);
        return node && { kind: node.kind, size: node.kind === 'file' ? node.data.length : 0, mode: node.mode };
      },
      async read(path) {
        const node = tree && find(tree, path);
        if (node?.kind !== 'file') throw new Error(`no file ${path}`);
        return node.data;
      },
      async tree(path) {
        const node = tree && find(tree, path);
        if (!node) throw new Error(`nothing at ${path}`);
        return node;
      },
      async write(path, bytes) {
        files.set(path, bytes);
      },
      async extract(path, tree) {
        for (const { path: inner, node } of walk(tree)) if (node.kind === 'file') files.set(path + inner, node.data);
      },
    },
  };
  const code = await runDocker(context);
  return { code, ...written, rawModes, files };
}

function find(root: FileNode, path: string): FileNode | undefined {
  let node: FileNode | undefined = root;
  for (const name of path.split('/').filter(Boolean)) {
    node = node?.kind === 'directory' ? node.children.get(name) : undefined;
  }
  return node;
}
