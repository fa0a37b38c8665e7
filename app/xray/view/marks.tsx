import type { Change, ContainerFact } from '../model/facts.ts';

/** The letters of `docker diff`. */
export const CHANGE_MARKS: Readonly<Record<Change['kind'], string>> = { added: 'A', modified: 'C', deleted: 'D' };

export const CHANGE_WORDS: Readonly<Record<Change['kind'], string>> = {
  added: 'added',
  modified: 'copied up and changed',
  deleted: 'deleted',
};

/** A container's state as a shape: full while running, two bars while paused, a ring otherwise. A word stands beside it. */
export function StateDot({ state }: { readonly state: ContainerFact['state'] }) {
  return (
    <svg aria-hidden="true" width="9" height="9" viewBox="0 0 10 10" className="state-dot" data-state={state}>
      {state === 'running' && <circle cx="5" cy="5" r="4.5" />}
      {state === 'paused' && <path d="M1.5 1h2.5v8H1.5zM6 1h2.5v8H6z" />}
      {state !== 'running' && state !== 'paused' && (
        <circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor" strokeWidth="1.8" />
      )}
    </svg>
  );
}
