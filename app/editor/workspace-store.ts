import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { WorkspaceFile } from '../../lessons/load.ts';

/** A file of the workspace as the editor knows it. */
export interface EditorFile {
  readonly path: string;
  /** Null for what is not text (or too big to edit): it is shown as what it is. */
  readonly text: string | null;
  /** Bytes; null while not known. */
  readonly size: number | null;
  /** What the first bytes say it is, for files that are not text. */
  readonly what: string | null;
  /** Counts texts that came from the engine: an editor that holds an older one takes the new one over. */
  readonly revision: number;
  /** Edited here, and not yet in the engine. */
  readonly unsaved: boolean;
}

export interface WorkspaceState {
  /** In the order of their paths, the Dockerfile first. */
  readonly files: readonly EditorFile[];
  /** Path of the file on show. */
  readonly open: string;
  /** Something to tell the learner about saving; null if there is nothing. */
  readonly notice: string | null;
}

export const workspaceStore = createStore<WorkspaceState>(() => ({ files: [], open: '', notice: null }));

export const useWorkspace = <T>(select: (state: WorkspaceState) => T): T => useStore(workspaceStore, select);

export function initialFiles(files: readonly WorkspaceFile[]): readonly EditorFile[] {
  return sortFiles(
    files.map((file) => ({
      path: file.path,
      text: 'text' in file ? file.text : null,
      size: 'text' in file ? new TextEncoder().encode(file.text).length : null,
      what: null,
      revision: 0,
      unsaved: false,
    })),
  );
}

export function sortFiles(files: readonly EditorFile[]): readonly EditorFile[] {
  const rank = ({ path }: EditorFile) => (path === 'Dockerfile' ? 0 : 1);
  return files.toSorted((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
}

export function findFile(path: string): EditorFile | undefined {
  return workspaceStore.getState().files.find((file) => file.path === path);
}

/** Changes one file; an unknown path changes nothing. */
export function patchFile(path: string, patch: Partial<Omit<EditorFile, 'path'>>): void {
  workspaceStore.setState(({ files }) => ({
    files: files.map((file) => (file.path === path ? { ...file, ...patch } : file)),
  }));
}

export function putFile(file: EditorFile): void {
  workspaceStore.setState(({ files }) => ({
    files: sortFiles([...files.filter(({ path }) => path !== file.path), file]),
  }));
}

/** Takes a file away; if it was on show, the first one is. */
export function dropFile(path: string): void {
  workspaceStore.setState(({ files, open }) => {
    const left = files.filter((file) => file.path !== path);
    return { files: left, open: open === path ? (left[0]?.path ?? '') : open };
  });
}
