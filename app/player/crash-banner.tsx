'use client';

import { restartMachine, useEngine } from '../engine/engine-store.ts';
import { RestartIcon, WarningIcon } from '../ui/icons.tsx';

/** What happened, what is kept, and the way out. */
export function CrashBanner() {
  const status = useEngine((state) => state.status);
  if (status.phase !== 'crashed') return null;
  return (
    <div role="alert" className="crash-banner">
      <WarningIcon />
      <p>
        <strong>The machine has stopped.</strong> {sentence(status.reason)} Your files and images are kept. Containers
        are stopped, and what they wrote is lost with the machine.
      </p>
      <button type="button" className="button" onClick={() => void restartMachine()}>
        <RestartIcon /> Restart machine
      </button>
    </div>
  );
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
