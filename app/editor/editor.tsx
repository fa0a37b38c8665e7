'use client';

import { useEffect, useRef, useState } from 'react';
import type { WorkspaceFile } from '../../lessons/load.ts';
import { useEngine } from '../engine/engine-store.ts';
import type { MonacoAssets } from '../lessons/lab.ts';
import { humanSize } from '../ui/words.ts';
import type { BuildFact } from '../xray/model/build.ts';
import { useXray } from '../xray/xray-store.ts';
import { FileTabs } from './file-tabs.tsx';
import type { CodeEditor } from './monaco-view.ts';
import { type EditorFile, initialFiles, useWorkspace, workspaceStore } from './workspace-store.ts';
import { followWorkspace } from './workspace-sync.ts';

/** How long Monaco waits for the engine at most. */
const MONACO_AFTER_MS = 2500;

export interface EditorProps {
  readonly initial: readonly WorkspaceFile[];
  readonly open: string;
  readonly monaco: MonacoAssets | null;
}

/** The workspace's files in tabs. Readable before Monaco is here, and without it; saved as typed. */
export function Editor({ initial, open, monaco }: EditorProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<CodeEditor | null>(null);
  const [seeded, setSeeded] = useState(false);
  const state = useWorkspace((all) => all);
  const { files, open: current, notice } = seeded ? state : { files: initialFiles(initial), open, notice: null };
  const file = files.find(({ path }) => path === current);
  const engine = useEngine((all) => all.engine);
  const build = useXray((all) => all.build);
  const quiet = useQuiet();

  useEffect(() => {
    workspaceStore.setState({ files: initialFiles(initial), open, notice: null });
    setSeeded(true);
  }, [initial, open]);

  useEffect(() => {
    if (!engine || !seeded) return;
    const controller = new AbortController();
    void followWorkspace(engine.lab, controller.signal);
    return () => controller.abort();
  }, [engine, seeded]);

  useEffect(() => {
    const parent = frame.current;
    if (!parent || !monaco || !seeded || !quiet) return;
    let opened: CodeEditor | null = null;
    let gone = false;
    // Without Monaco the text stays readable; nothing else depends on it.
    void import('./monaco-view.ts')
      .then(({ openEditor }) => openEditor(parent, monaco))
      .then((made) => {
        if (gone) made.dispose();
        else {
          opened = made;
          setEditor(made);
        }
      })
      .catch((error: unknown) => {
        workspaceStore.setState({ notice: `The code editor could not be loaded; files are read-only here. ${error}` });
      });
    return () => {
      gone = true;
      opened?.dispose();
      setEditor(null);
    };
  }, [monaco, seeded, quiet]);

  const text = file?.text ?? null;
  return (
    <>
      <div className="region-head">
        <h2 className="region-title">Editor</h2>
        <FileTabs files={files} current={current} />
        <SaveState unsaved={files.some(({ unsaved }) => unsaved)} stale={file !== undefined && isStale(file, build)} />
      </div>
      {notice && (
        <p role="status" className="editor-notice">
          {notice}
          <button type="button" onClick={() => workspaceStore.setState({ notice: null })}>
            OK
          </button>
        </p>
      )}
      <div className="editor-frame" role="tabpanel" aria-label={current || 'No file'}>
        <div ref={frame} className="editor" hidden={!editor || text === null} />
        {!editor && text !== null && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
          <pre className="editor-plain" tabIndex={0}>
            {text}
          </pre>
        )}
        {file && text === null && (
          <div className="editor-binary">
            <p>
              <strong>{file.path}</strong>
            </p>
            <p>
              {file.what ?? 'A program'}
              {file.size !== null && `, ${humanSize(file.size)}`}. It is not text, so there is nothing to edit here.
            </p>
          </div>
        )}
        {!file && <p className="editor-binary">The workspace is empty. Use + to make a file.</p>}
      </div>
    </>
  );
}

/** The machine comes first: Monaco is not fetched before the engine is up, has failed, or has had its time. */
function useQuiet(): boolean {
  const starting = useEngine((all) => all.status.phase === 'starting');
  const [waited, setWaited] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setWaited(true), MONACO_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return waited || !starting;
}

/** Says that files are saved as typed, when they are, and when a Dockerfile is not any more what was built. */
function SaveState({ unsaved, stale }: { readonly unsaved: boolean; readonly stale: boolean }) {
  const words = unsaved ? 'Saving…' : stale ? 'Saved, changed since the build' : 'Saved as you type';
  return <span className="region-hint">{words}</span>;
}

/** Whether the newest build took an older text of this file. */
function isStale({ path, text }: EditorFile, build: BuildFact | null): boolean {
  if (!build?.dockerfile) return false;
  const { name, text: built } = build.dockerfile;
  return (path === name || path.endsWith(`/${name}`)) && text !== built;
}
