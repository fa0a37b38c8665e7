'use client';

import { type EngineStatus, useEngine } from '../engine/engine-store.ts';
import { WarningIcon } from '../ui/icons.tsx';
import { humanSize } from '../ui/words.ts';

/** What the engine is doing before there is a prompt, with bytes; or why there will be none, and what to do. */
export function BootPanel() {
  const status = useEngine((state) => state.status);
  if (status.phase === 'failed') return <FailurePanel failure={status} />;
  if (status.phase !== 'starting') return null;
  const { step, loaded, total } = status;
  return (
    <div className="boot">
      <p>{step}…</p>
      <progress
        aria-label={step}
        {...(loaded !== undefined && total !== undefined ? { value: loaded, max: total } : {})}
      />
      <p className="boot-bytes">
        {loaded !== undefined && total !== undefined ? `${humanSize(loaded)} of ${humanSize(total)}` : ' '}
      </p>
    </div>
  );
}

type Failure = Extract<EngineStatus, { readonly phase: 'failed' }>;

/** What happened and what to do, by what went wrong. */
const WORDS: Readonly<Record<Failure['code'], { readonly what: string; readonly todo: string }>> = {
  'no-webassembly': {
    what: 'This browser does not run WebAssembly.',
    todo: 'Drydock runs a Linux machine in the page and needs it. Use a current Chrome, Edge, Firefox or Safari, or allow WebAssembly for this site.',
  },
  'no-worker': {
    what: 'This browser did not start a worker for the engine.',
    todo: 'Use a current Chrome, Edge, Firefox or Safari, outside any mode that blocks workers.',
  },
  'fetch-failed': {
    what: 'A part of the machine could not be fetched.',
    todo: 'Check the connection, then try again. Nothing is lost.',
  },
  'out-of-memory': {
    what: 'There was not enough memory for the machine.',
    todo: 'It needs about 400 MB. Close other tabs or programs, then try again.',
  },
  'boot-failed': { what: 'The machine did not start.', todo: 'Try again. If it happens again, try another browser.' },
};

function FailurePanel({ failure }: { readonly failure: Failure }) {
  const { what, todo } = WORDS[failure.code];
  return (
    <div role="alert" className="boot boot-failed">
      <WarningIcon />
      <p>
        <strong>{what}</strong>
      </p>
      <p>{todo}</p>
      <p className="boot-reason">{failure.message}</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        Try again
      </button>
    </div>
  );
}
