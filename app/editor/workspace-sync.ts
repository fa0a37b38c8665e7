import { messageOf } from '../engine/engine-store.ts';
import { type LabClient, LabError } from '../engine/lab-client.ts';
import { fileContent } from './file-content.ts';
import { dropFile, findFile, patchFile, putFile, workspaceStore } from './workspace-store.ts';

/** Typing is saved when it has paused for this long. */
const SAVE_AFTER_MS = 300;
const RETRY_MS = 1000;

let lab: LabClient | null = null;
const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** The learner typed: remember it now, save it soon. Before the engine is up it waits until it is. */
export function edit(path: string, text: string): void {
  if (findFile(path)?.text === text) return;
  patchFile(path, { text, size: new TextEncoder().encode(text).length, unsaved: true });
  clearTimeout(timers.get(path));
  timers.set(
    path,
    setTimeout(() => void save(path), SAVE_AFTER_MS),
  );
}

/** Saves now (Ctrl+S), without waiting for a pause. */
export async function save(path: string): Promise<void> {
  clearTimeout(timers.get(path));
  timers.delete(path);
  const file = findFile(path);
  if (!lab || !file?.unsaved || file.text === null) return;
  try {
    await lab.writeFile(path, new TextEncoder().encode(file.text));
    // Typed while it was being written: that has a timer of its own.
    if (findFile(path)?.text === file.text) patchFile(path, { unsaved: false });
  } catch (error) {
    workspaceStore.setState({ notice: `${path} could not be saved: ${messageOf(error)}` });
  }
}

/** Makes an empty file and shows it. @returns why not, if the name will not do. */
export async function createFile(path: string): Promise<string | null> {
  if (!/^(?!\/)(?!.*(^|\/)\.{0,2}(\/|$)).+$/.test(path)) return 'Give a name without “..”, such as notes.txt.';
  if (findFile(path)) return `${path} exists already.`;
  putFile({ path, text: '', size: 0, what: null, revision: 0, unsaved: true });
  workspaceStore.setState({ open: path });
  await save(path);
  return null;
}

/** Keeps editor and engine alike in both directions until `signal` aborts. */
export async function followWorkspace(client: LabClient, signal: AbortSignal): Promise<void> {
  lab = client;
  signal.addEventListener('abort', () => {
    lab = null;
  });
  while (!signal.aborted) {
    try {
      const changes = await client.workspaceChanges(signal);
      // Subscribed before the first look, so nothing falls between the two.
      await loadAll(client);
      for await (const { path, kind, origin } of changes) {
        if (origin === 'host') continue;
        if (kind === 'deleted') dropDeleted(path);
        else await load(client, path);
      }
    } catch {
      // The engine is away for now.
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function loadAll(client: LabClient): Promise<void> {
  const entries = await client.workspace();
  const files = entries.filter(({ kind }) => kind === 'file');
  for (const { path } of workspaceStore.getState().files) {
    if (findFile(path)?.unsaved) await save(path);
    else if (!files.some((file) => file.path === path)) dropFile(path);
  }
  for (const { path } of files) await load(client, path);
}

async function load(client: LabClient, path: string): Promise<void> {
  const before = findFile(path);
  if (before?.unsaved) {
    keepEdits(path);
    return;
  }
  try {
    const content = fileContent(await client.readFile(path));
    const now = findFile(path);
    // Typed while it was being read.
    if (now?.unsaved) keepEdits(path);
    else if (!now || now.text !== content.text || now.size !== content.size || content.text === null) {
      putFile({ path, ...content, revision: (now?.revision ?? 0) + 1, unsaved: false });
    }
  } catch (error) {
    // Gone again, or a directory: the next change will say.
    if (!(error instanceof LabError)) throw error;
  }
}

/** Changed on both sides at once: what the learner typed wins, and is said to have won. */
function keepEdits(path: string): void {
  workspaceStore.setState({
    notice: `${path} was changed in the terminal while you were typing. Your text was kept and saved over it.`,
  });
}

function dropDeleted(path: string): void {
  const { files } = workspaceStore.getState();
  for (const file of files) {
    if (file.path !== path && !file.path.startsWith(`${path}/`)) continue;
    if (file.unsaved) keepEdits(file.path);
    else dropFile(file.path);
  }
}
