/** Sends what a person would type; null while no shell listens. */
let input: ((text: string) => void) | null = null;
/** Typed before the shell was there: kept, as a terminal keeps what is typed ahead. */
let ahead = '';

const LINE_KILL = '\x15';

/** Connects what types (buttons) with what listens (the shell); null disconnects. */
export function setTerminalInput(send: ((text: string) => void) | null): void {
  input = send;
  if (send && ahead) {
    send(ahead);
    ahead = '';
  }
}

/** Types keys into the terminal, as they are. */
export function sendKeys(text: string): void {
  if (input) input(text);
  else ahead += text;
}

/**
 * Types a command into the terminal in place of what stands on the line.
 * @param run whether to press Enter after it.
 */
export function typeInTerminal(command: string, run: boolean): void {
  // Ctrl+U first: half a line that somebody left must not become part of the command.
  sendKeys(`${input ? LINE_KILL : ''}${command}${run ? '\r' : ''}`);
}
