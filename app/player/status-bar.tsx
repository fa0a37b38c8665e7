'use client';

import { useRef } from 'react';
import { type EngineStatus, restartMachine, useEngine } from '../engine/engine-store.ts';
import { RestartIcon } from '../ui/icons.tsx';
import { plural } from '../ui/words.ts';
import { useXray } from '../xray/xray-store.ts';
import { RestartDialog } from './restart-dialog.tsx';

export function StatusBar() {
  const status = useEngine((state) => state.status);
  const readyAfter = useEngine((state) => state.readyAfter);
  const images = useXray((state) => state.facts?.images.filter((image) => image.tags.length > 0).length);
  const containers = useXray((state) => state.facts?.containers.length);
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <footer className="status-bar">
      <span className="status-state" data-phase={status.phase}>
        {phaseWords(status, readyAfter)}
      </span>
      {images !== undefined && containers !== undefined && (
        <span className="status-counts">
          {plural(images, 'image')}, {plural(containers, 'container')}
        </span>
      )}
      <button
        type="button"
        className="status-restart"
        disabled={status.phase !== 'running' && status.phase !== 'crashed'}
        onClick={() => (containers ? dialog.current?.showModal() : void restartMachine())}
      >
        <RestartIcon /> Restart machine
      </button>
      <RestartDialog dialog={dialog} />
    </footer>
  );
}

function phaseWords(status: EngineStatus, readyAfter: number | null): string {
  switch (status.phase) {
    case 'starting':
      return `${status.step}…`;
    case 'running':
      return readyAfter === null ? 'Engine ready' : `Engine ready in ${(readyAfter / 1000).toFixed(1)} s`;
    case 'restarting':
      return 'Restarting the machine…';
    case 'crashed':
      return 'Machine stopped';
    case 'failed':
      return 'Engine not started';
  }
}
