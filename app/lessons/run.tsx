'use client';

import { Children, type ReactNode } from 'react';
import { showRegion } from '../player/layout-store.ts';
import { typeInTerminal } from '../terminal/terminal-store.ts';
import { InsertIcon, RunIcon } from '../ui/icons.tsx';

/**
 * A command with buttons that type it into the terminal: one runs it, the other leaves the Enter to the learner.
 * `in="container"` is only a hint for the eye: the prompt that a container's shell shows.
 */
export function Run({ children, in: where }: { readonly children: ReactNode; readonly in?: 'container' }) {
  const command = text(children).trim();
  const send = (run: boolean) => {
    typeInTerminal(command, run);
    showRegion('terminal');
    // What is only inserted waits for an Enter.
    if (!run) document.querySelector<HTMLElement>('.xterm-helper-textarea')?.focus();
  };
  return (
    <div className="lesson-run">
      <code data-prompt={where === 'container' ? '/ #' : '$'}>{command}</code>
      <span className="lesson-run-buttons">
        <button
          type="button"
          aria-label={`Insert into the terminal: ${command}`}
          title="Insert into the terminal, without Enter"
          onClick={() => send(false)}
        >
          <InsertIcon />
        </button>
        <button
          type="button"
          aria-label={`Run in the terminal: ${command}`}
          title="Run in the terminal"
          onClick={(event) => send(!event.altKey && !event.shiftKey)}
        >
          <RunIcon />
        </button>
      </span>
    </div>
  );
}

/** MDX may wrap a command's words in elements; only the text counts. */
function text(node: ReactNode): string {
  return Children.toArray(node)
    .map((child) => {
      if (typeof child === 'string' || typeof child === 'number') return String(child);
      if (typeof child === 'object' && 'props' in child) {
        return text((child.props as { readonly children?: ReactNode }).children);
      }
      return '';
    })
    .join('');
}
