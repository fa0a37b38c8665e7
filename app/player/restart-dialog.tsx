'use client';

import { type RefObject, useId } from 'react';
import { restartMachine } from '../engine/engine-store.ts';

/** Asks before a restart, because containers lose what they hold in memory; open it with `showModal()`. */
export function RestartDialog({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  const title = useId();
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={title}>
      <form method="dialog" onSubmit={(event) => confirmed(event.nativeEvent) && void restartMachine()}>
        <h2 id={title}>Restart the machine?</h2>
        <p>
          Containers stop, and their writable layers are emptied. Images and the files of the workspace stay as they
          are.
        </p>
        <p className="dialog-buttons">
          <button type="submit" className="button">
            Cancel
          </button>
          <button type="submit" value="restart" className="button button-primary">
            Restart
          </button>
        </p>
      </form>
    </dialog>
  );
}

function confirmed(event: Event): boolean {
  const { submitter } = event as SubmitEvent;
  return submitter instanceof HTMLButtonElement && submitter.value === 'restart';
}
