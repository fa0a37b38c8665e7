'use client';

import { useEffect, useRef, useState } from 'react';
import { messageOf, useEngine } from '../engine/engine-store.ts';
import { BootPanel } from './boot-panel.tsx';
import { KeyRow } from './key-row.tsx';
import type { TerminalView } from './terminal-view.ts';

/** The shell of the guest host; while there is none, what the engine is doing or why it cannot. */
export function Terminal() {
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<TerminalView | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const engine = useEngine((state) => state.engine);
  const generation = useEngine((state) => state.generation);
  const started = useEngine((state) => state.readyAfter !== null);

  useEffect(() => {
    const parent = frame.current;
    if (!parent) return;
    let opened: TerminalView | null = null;
    let gone = false;
    // After the first paint: the lesson can be read before the terminal's code is here.
    import('./terminal-view.ts').then(
      ({ openTerminal }) => {
        if (gone) return;
        opened = openTerminal(parent);
        setView(opened);
      },
      (error: unknown) => setProblem(messageOf(error)),
    );
    return () => {
      gone = true;
      opened?.dispose();
    };
  }, []);

  useEffect(() => {
    if (!view || !engine || generation === 0) return;
    setProblem(null);
    view
      .connect(engine.lab, generation > 1 ? 'The machine was restarted.' : undefined)
      .catch((error: unknown) => setProblem(messageOf(error)));
  }, [view, engine, generation]);

  return (
    <>
      <div className="region-head">
        <h2 className="region-title">Terminal</h2>
        <span className="region-hint" title="Ctrl+` goes to the terminal and back">
          host
        </span>
      </div>
      <div className="terminal-frame" data-started={started}>
        <div ref={frame} className="terminal-mount" />
        {!started && <BootPanel />}
        {problem && (
          <p role="alert" className="terminal-problem">
            No shell: {problem}
          </p>
        )}
      </div>
      <KeyRow view={view} />
    </>
  );
}
