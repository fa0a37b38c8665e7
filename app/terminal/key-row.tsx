'use client';

import { useState } from 'react';
import { sendKeys } from './terminal-store.ts';
import type { TerminalView } from './terminal-view.ts';

/** Letters that people use with Ctrl in a shell. */
const CONTROL_KEYS = ['C', 'D', 'L', 'R', 'U', 'Z'] as const;

/** Keys that a phone's keyboard does not have. */
export function KeyRow({ view }: { readonly view: TerminalView | null }) {
  const [control, setControl] = useState(false);
  const press = (keys: string) => {
    sendKeys(keys);
    view?.focus();
  };
  const arrow = (letter: string) => press(view?.applicationCursor ? `\x1bO${letter}` : `\x1b[${letter}`);
  return (
    <div role="toolbar" aria-label="Terminal keys" className="key-row">
      <button type="button" aria-pressed={control} onClick={() => setControl(!control)}>
        Ctrl
      </button>
      {control ? (
        CONTROL_KEYS.map((letter) => (
          <button
            key={letter}
            type="button"
            aria-label={`Control ${letter}`}
            onClick={() => {
              press(String.fromCharCode(letter.charCodeAt(0) - 64));
              setControl(false);
            }}
          >
            {letter}
          </button>
        ))
      ) : (
        <>
          <button type="button" onClick={() => press('\x1b')}>
            Esc
          </button>
          <button type="button" onClick={() => press('\t')}>
            Tab
          </button>
          <button type="button" aria-label="Left" onClick={() => arrow('D')}>
            ←
          </button>
          <button type="button" aria-label="Down" onClick={() => arrow('B')}>
            ↓
          </button>
          <button type="button" aria-label="Up" onClick={() => arrow('A')}>
            ↑
          </button>
          <button type="button" aria-label="Right" onClick={() => arrow('C')}>
            →
          </button>
        </>
      )}
    </div>
  );
}
