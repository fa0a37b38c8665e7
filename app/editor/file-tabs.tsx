'use client';

import { type KeyboardEvent, useState } from 'react';
import { PlusIcon } from '../ui/icons.tsx';
import { type EditorFile, workspaceStore } from './workspace-store.ts';
import { createFile } from './workspace-sync.ts';

const show = (path: string) => workspaceStore.setState({ open: path });

export function FileTabs({ files, current }: { readonly files: readonly EditorFile[]; readonly current: string }) {
  const [naming, setNaming] = useState(false);
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const index = files.findIndex(({ path }) => path === current);
    const next = files[(index + step + files.length) % files.length];
    if (!next) return;
    show(next.path);
    const tabs = event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]');
    tabs[files.indexOf(next)]?.focus();
  };
  return (
    <div className="file-tabs">
      <div role="tablist" aria-label="Files" className="contents" onKeyDown={move}>
        {files.map(({ path, unsaved }) => (
          <button
            key={path}
            type="button"
            role="tab"
            aria-selected={path === current}
            tabIndex={path === current ? 0 : -1}
            onClick={() => show(path)}
          >
            {path}
            {unsaved && <span aria-hidden="true"> •</span>}
          </button>
        ))}
      </div>
      {naming ? (
        <NewFile close={() => setNaming(false)} />
      ) : (
        <button
          type="button"
          className="icon-button"
          aria-label="New file"
          title="New file"
          onClick={() => setNaming(true)}
        >
          <PlusIcon />
        </button>
      )}
    </div>
  );
}

function NewFile({ close }: { readonly close: () => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <form
      className="new-file"
      onSubmit={async (event) => {
        event.preventDefault();
        const name = String(new FormData(event.currentTarget).get('name') ?? '').trim();
        if (name === '') return close();
        const refusal = await createFile(name);
        if (refusal === null) close();
        else setProblem(refusal);
      }}
    >
      <input
        name="name"
        aria-label="Name of the new file"
        aria-invalid={problem !== null}
        aria-describedby={problem ? 'new-file-problem' : undefined}
        placeholder="notes.txt"
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: the learner has just asked for it
        autoFocus
        onKeyDown={(event) => event.key === 'Escape' && close()}
        onBlur={(event) => event.currentTarget.value === '' && close()}
      />
      {problem && (
        <span id="new-file-problem" role="alert">
          {problem}
        </span>
      )}
    </form>
  );
}
