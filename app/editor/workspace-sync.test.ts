import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LabClient, WorkspaceChange } from '../engine/lab-client.ts';
import { findFile, initialFiles, workspaceStore } from './workspace-store.ts';
import { createFile, edit, followWorkspace } from './workspace-sync.ts';

/** The engine's side of the workspace: files in a map, and a way for "the terminal" to change them. */
class FakeWorkspace {
  readonly files = new Map<string, string>();
  #tell: ((change: WorkspaceChange) => void) | null = null;
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  fromTerminal(path: string, text: string | null): void {
    const kind = text === null ? 'deleted' : this.files.has(path) ? 'modified' : 'created';
    if (text === null) this.files.delete(path);
    else this.files.set(path, text);
    this.#tell?.({ path, kind, origin: 'guest' });
  }

  get client(): LabClient {
    const lab: Pick<LabClient, 'workspace' | 'readFile' | 'writeFile' | 'workspaceChanges'> = {
      workspace: async () =>
        [...this.files].map(([path, text]) => ({ path, kind: 'file', mode: 0o644, size: text.length, mtime: 0 })),
      readFile: async (path) => new TextEncoder().encode(this.files.get(path) ?? ''),
      writeFile: async (path, data) => {
        this.files.set(path, new TextDecoder().decode(data));
      },
      workspaceChanges: async () => this.#changes(),
    };
    return lab as LabClient;
  }

  async *#changes(): AsyncGenerator<WorkspaceChange> {
    const queue: WorkspaceChange[] = [];
    let wake = () => {};
    this.#tell = (change) => {
      queue.push(change);
      wake();
    };
    this.#signal.addEventListener('abort', () => wake());
    while (!this.#signal.aborted) {
      const change = queue.shift();
      if (change) yield change;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
}

const FIRST = 'FROM alpine:latest\n';
let controller: AbortController;
let engine: FakeWorkspace;

beforeEach(() => {
  vi.useFakeTimers();
  controller = new AbortController();
  engine = new FakeWorkspace(controller.signal);
  engine.files.set('Dockerfile', FIRST);
  workspaceStore.setState({
    files: initialFiles([{ path: 'Dockerfile', mode: 0o644, text: FIRST }]),
    open: 'Dockerfile',
    notice: null,
  });
});

afterEach(() => {
  controller.abort();
  vi.useRealTimers();
});

const connect = async () => {
  void followWorkspace(engine.client, controller.signal);
  await vi.advanceTimersByTimeAsync(0);
};

describe('editor and terminal see the same files', () => {
  it('saves what is typed, once typing pauses', async () => {
    await connect();
    edit('Dockerfile', `${FIRST}#`);
    edit('Dockerfile', `${FIRST}# one`);
    await vi.advanceTimersByTimeAsync(100);
    expect(engine.files.get('Dockerfile')).toBe(FIRST);
    expect(findFile('Dockerfile')?.unsaved).toBe(true);
    await vi.advanceTimersByTimeAsync(300);
    expect(engine.files.get('Dockerfile')).toBe(`${FIRST}# one`);
    expect(findFile('Dockerfile')?.unsaved).toBe(false);
  });

  it('keeps what was typed before the engine was up, and saves it then', async () => {
    edit('Dockerfile', `${FIRST}# early`);
    await vi.advanceTimersByTimeAsync(1000);
    await connect();
    expect(engine.files.get('Dockerfile')).toBe(`${FIRST}# early`);
    expect(findFile('Dockerfile')?.text).toBe(`${FIRST}# early`);
  });

  it('shows what a command wrote, in files old and new', async () => {
    await connect();
    engine.fromTerminal('Dockerfile', `${FIRST}# shell`);
    engine.fromTerminal('notes.txt', 'hello\n');
    await vi.advanceTimersByTimeAsync(0);
    expect(findFile('Dockerfile')).toMatchObject({ text: `${FIRST}# shell`, unsaved: false });
    expect(findFile('notes.txt')?.text).toBe('hello\n');
  });

  it('never loses an edit: typed text wins over a command’s, and that is said', async () => {
    await connect();
    edit('Dockerfile', `${FIRST}# mine`);
    engine.fromTerminal('Dockerfile', `${FIRST}# theirs`);
    await vi.advanceTimersByTimeAsync(400);
    expect(findFile('Dockerfile')?.text).toBe(`${FIRST}# mine`);
    expect(engine.files.get('Dockerfile')).toBe(`${FIRST}# mine`);
    expect(workspaceStore.getState().notice).toContain('Dockerfile was changed in the terminal');
  });

  it('drops what a command deleted, and shows another file', async () => {
    await connect();
    engine.fromTerminal('notes.txt', 'x');
    await vi.advanceTimersByTimeAsync(0);
    workspaceStore.setState({ open: 'notes.txt' });
    engine.fromTerminal('notes.txt', null);
    await vi.advanceTimersByTimeAsync(0);
    expect(findFile('notes.txt')).toBeUndefined();
    expect(workspaceStore.getState().open).toBe('Dockerfile');
  });

  it('makes new files in the engine, and refuses names that leave the workspace', async () => {
    await connect();
    expect(await createFile('notes.txt')).toBeNull();
    expect(engine.files.get('notes.txt')).toBe('');
    expect(await createFile('notes.txt')).toMatch(/exists/);
    for (const name of ['../x', '/x', 'a/./b', 'a//b', '..']) expect(await createFile(name), name).not.toBeNull();
  });
});
