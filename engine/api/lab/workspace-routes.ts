import type { MemoryFileSystem } from '../../files/memory-file-system.ts';
import type { FileNode } from '../../files/node.ts';
import { ndjson } from './ndjson.ts';
import type { LabRoute } from './routes.ts';

/** A file or folder of the workspace; `path` has no leading slash. */
export interface WorkspaceEntry {
  readonly path: string;
  readonly kind: FileNode['kind'];
  readonly mode: number;
  /** Bytes; 0 for anything but files. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

function* entriesOf(node: FileNode, path: string): Generator<WorkspaceEntry> {
  if (path) {
    yield {
      path,
      kind: node.kind,
      mode: node.mode,
      size: node.kind === 'file' ? node.data.length : 0,
      mtime: node.mtime,
    };
  }
  if (node.kind !== 'directory') return;
  for (const [name, child] of node.children) yield* entriesOf(child, path ? `${path}/${name}` : name);
}

/** The learner's files, which the guest sees at the same time through 9P. */
export function workspaceRoutes(workspace: MemoryFileSystem): readonly LabRoute[] {
  return [
    {
      method: 'GET',
      path: /^workspace$/,
      handle: () => Response.json([...entriesOf(workspace.toTree('/'), '')]),
    },
    {
      method: 'GET',
      path: /^workspace\/files\/(.+)$/,
      handle: (_request, [path = '']) =>
        new Response(workspace.read(`/${path}`).slice(), { headers: { 'Content-Type': 'application/octet-stream' } }),
    },
    {
      method: 'PUT',
      path: /^workspace\/files\/(.+)$/,
      async handle(request, [path = ''], url) {
        const mode = url.searchParams.get('mode');
        if (mode !== null && !/^[0-7]{3,4}$/.test(mode))
          return Response.json({ message: `invalid mode: ${mode}` }, { status: 400 });
        const bytes = new Uint8Array(await request.arrayBuffer());
        workspace.write(`/${path}`, bytes, mode === null ? undefined : Number.parseInt(mode, 8));
        return new Response(null, { status: 204 });
      },
    },
    {
      method: 'DELETE',
      path: /^workspace\/files\/(.+)$/,
      handle(_request, [path = '']) {
        workspace.remove(`/${path}`);
        return new Response(null, { status: 204 });
      },
    },
    {
      method: 'GET',
      path: /^workspace\/changes$/,
      handle: () =>
        ndjson((send) => workspace.subscribe((change) => send({ ...change, path: change.path.replace(/^\//, '') }))),
    },
  ];
}
