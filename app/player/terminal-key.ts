import { showRegion } from './layout-store.ts';

/** Ctrl+` goes to the terminal and, from there, back to where the focus was: a terminal keeps Tab for the shell. */
export function followTerminalKey(): () => void {
  let before: HTMLElement | null = null;
  const press = (event: KeyboardEvent) => {
    if (!event.ctrlKey || event.code !== 'Backquote') return;
    event.preventDefault();
    const input = document.querySelector<HTMLElement>('.xterm-helper-textarea');
    const focused = document.activeElement;
    if (input && focused === input) {
      (before?.isConnected ? before : document.querySelector<HTMLElement>('.region-scroll'))?.focus();
      return;
    }
    before = focused instanceof HTMLElement ? focused : null;
    showRegion('terminal');
    input?.focus();
  };
  // Before Monaco and the terminal see it.
  addEventListener('keydown', press, { capture: true });
  return () => removeEventListener('keydown', press, { capture: true });
}
