import { FitAddon } from '@xterm/addon-fit';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { type ITheme, Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { engineStore } from '../engine/engine-store.ts';
import type { LabClient } from '../engine/lab-client.ts';
import { currentTheme, onThemeChange } from '../ui/theme.ts';
import { readTokens } from '../ui/tokens.ts';
import { setTerminalInput } from './terminal-store.ts';

export interface TerminalView {
  /** Opens a shell; the one before is left to end by itself. Resolves when the shell answers. */
  connect(lab: LabClient, notice?: string): Promise<void>;
  focus(): void;
  /** Arrow keys mean other bytes while a full-screen program runs. */
  readonly applicationCursor: boolean;
  dispose(): void;
}

declare global {
  interface Window {
    /** For tests: what a person reads in the terminal, scrollback included, a line a row. */
    __drydock?: { terminalText(): string };
  }
}

const SCROLLBACK = 5000;
const OFFER_AFTER_MS = 150;

/** Makes a terminal in `parent`, without a shell yet. */
export function openTerminal(parent: HTMLElement): TerminalView {
  const terminal = new Terminal({
    allowProposedApi: true,
    // Steady: nothing moves without a cause, and a blink keeps the whole page drawing.
    cursorBlink: false,
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-code'),
    fontSize: 13,
    lineHeight: 1.25,
    scrollback: SCROLLBACK,
    screenReaderMode: true,
    theme: themeFromTokens(),
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(new WebLinksAddon());
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  terminal.open(parent);
  terminal.attachCustomKeyEventHandler((event) => handleKey(terminal, event));

  const fitIfShown = () => {
    // A hidden region has no size, and a terminal of one column would rewrap everything.
    if (parent.clientWidth > 0 && parent.clientHeight > 0) fit.fit();
  };
  fitIfShown();
  const resized = new ResizeObserver(fitIfShown);
  resized.observe(parent);
  const stopTheme = onThemeChange(() => {
    terminal.options.theme = themeFromTokens();
  });

  const shell = new ShellSession(terminal);
  window.__drydock = { terminalText: () => bufferText(terminal) };

  return {
    connect: (lab, notice) => shell.connect(lab, notice),
    focus: () => terminal.focus(),
    get applicationCursor() {
      return terminal.modes.applicationCursorKeysMode;
    },
    dispose() {
      shell.disconnect();
      stopTheme();
      resized.disconnect();
      terminal.dispose();
    },
  };
}

/** One shell at a time behind a terminal. */
class ShellSession {
  readonly #terminal: Terminal;
  readonly #encoder = new TextEncoder();
  /** Ends the session before. */
  #close: (() => void) | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  disconnect(): void {
    this.#close?.();
    this.#close = null;
  }

  async connect(lab: LabClient, notice?: string): Promise<void> {
    this.disconnect();
    const terminal = this.#terminal;
    if (notice) terminal.write(`\r\n\x1b[90m${notice}\x1b[0m\r\n`);
    const { id, duplex } = await lab.shell(terminal.cols, terminal.rows);
    const writer = duplex.writable.getWriter();
    // A write to a shell that has just ended fails; the reader below says so to the learner.
    const send = (bytes: Uint8Array) => void writer.write(bytes).catch(() => {});
    const type = (text: string) => send(this.#encoder.encode(text));
    const listeners = [
      terminal.onData(type),
      terminal.onBinary((text) => send(Uint8Array.from(text, (character) => character.charCodeAt(0)))),
      terminal.onResize(({ cols, rows }) => void lab.resizeShell(id, cols, rows).catch(() => {})),
    ];
    setTerminalInput((text) => {
      terminal.scrollToBottom();
      type(text);
    });
    const close = () => {
      for (const listener of listeners) listener.dispose();
      setTerminalInput(null);
      writer.close().catch(() => {});
    };
    this.#close = close;
    void this.#read(duplex.readable).then(async () => {
      // If the machine went with it, that is known a moment later, and there is no shell to offer.
      await new Promise((resolve) => setTimeout(resolve, OFFER_AFTER_MS));
      // Replaced by another session already: nothing to say.
      if (this.#close !== close) return;
      this.disconnect();
      if (engineStore.getState().status.phase === 'running') this.#offerAnother(lab);
    });
  }

  async #read(readable: ReadableStream<Uint8Array>): Promise<void> {
    const reader = readable.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        // Waiting for the parser is the flow control: a flood of output does not pile up here.
        await new Promise<void>((resolve) => this.#terminal.write(value, resolve));
      }
    } catch {
      // The machine went away; the page says why.
    }
  }

  #offerAnother(lab: LabClient): void {
    const terminal = this.#terminal;
    terminal.write('\r\n\x1b[90mThe shell has ended. Press Enter for a new one.\x1b[0m\r\n');
    const listener = terminal.onData((data) => {
      if (data !== '\r') return;
      listener.dispose();
      this.connect(lab).catch(() => this.#offerAnother(lab));
    });
    this.#close = () => listener.dispose();
  }
}

/** Returns false for keys that the terminal leaves to the page and the browser. */
function handleKey(terminal: Terminal, event: KeyboardEvent): boolean {
  if (event.ctrlKey && event.code === 'Backquote') return false;
  if (!event.ctrlKey || !event.shiftKey) return true;
  // The browser's own Ctrl+Shift+V pastes as text, without asking for permission.
  if (event.code === 'KeyV') return false;
  if (event.code === 'KeyC') {
    if (event.type === 'keydown') {
      event.preventDefault();
      if (terminal.hasSelection()) void navigator.clipboard.writeText(terminal.getSelection());
    }
    return false;
  }
  return true;
}

function bufferText(terminal: Terminal): string {
  const { active } = terminal.buffer;
  let text = '';
  for (let row = 0; row < active.length; row += 1) {
    const line = active.getLine(row);
    if (!line) continue;
    text += (row === 0 || line.isWrapped ? '' : '\n') + line.translateToString(true);
  }
  return text.trimEnd();
}

/** The sixteen colours are chosen for contrast on either surface; everything else is the page's. */
function themeFromTokens(): ITheme {
  const tokens = readTokens(['panel', 'ink', 'accent', 'muted', 'line']);
  const dark = currentTheme() === 'dark';
  return {
    background: tokens.panel,
    foreground: tokens.ink,
    cursor: tokens.accent,
    cursorAccent: tokens.panel,
    selectionBackground: `${tokens.accent}55`,
    scrollbarSliderBackground: `${tokens.muted}33`,
    scrollbarSliderHoverBackground: `${tokens.muted}77`,
    ...(dark ? DARK_COLOURS : LIGHT_COLOURS),
  };
}

const LIGHT_COLOURS: ITheme = {
  black: '#14202a',
  red: '#b3261e',
  green: '#1b7444',
  yellow: '#855800',
  blue: '#0b5fb0',
  magenta: '#8e3a9d',
  cyan: '#0a6a86',
  white: '#5a6872',
  brightBlack: '#5a6872',
  brightRed: '#c2352c',
  brightGreen: '#1f7f4c',
  brightYellow: '#8f6000',
  brightBlue: '#1a6cc0',
  brightMagenta: '#9a45aa',
  brightCyan: '#0b7594',
  brightWhite: '#14202a',
};

const DARK_COLOURS: ITheme = {
  black: '#5f707d',
  red: '#ff8f86',
  green: '#55c98d',
  yellow: '#e4b454',
  blue: '#7ab8f5',
  magenta: '#d79be3',
  cyan: '#63c5e0',
  white: '#c9d3da',
  brightBlack: '#8798a5',
  brightRed: '#ffaaa3',
  brightGreen: '#7adba8',
  brightYellow: '#f0c97a',
  brightBlue: '#9ccbfa',
  brightMagenta: '#e4b5ee',
  brightCyan: '#8cd6ec',
  brightWhite: '#f3f7f9',
};
