import { expect, type Locator, type Page } from '@playwright/test';

/** The lesson page as a learner has it: four regions, one terminal to type in. */
export class LessonPage {
  readonly page: Page;
  readonly lesson: Locator;
  readonly editor: Locator;
  readonly terminal: Locator;
  readonly xray: Locator;

  constructor(page: Page) {
    this.page = page;
    this.lesson = page.getByRole('region', { name: 'Lesson' });
    this.editor = page.getByRole('region', { name: 'Editor' });
    this.terminal = page.getByRole('region', { name: 'Terminal' });
    this.xray = page.getByRole('region', { name: 'X-ray' });
  }

  /** Opens the first lesson and waits for the shell's prompt. */
  async open(address = LESSON): Promise<void> {
    await this.page.goto(address);
    await expect.poll(() => this.screen(), { timeout: 60_000 }).toContain(PROMPT);
  }

  /** Everything the terminal holds, scrollback included, a line a row. */
  screen(): Promise<string> {
    return this.page.evaluate(() => window.__drydock?.terminalText() ?? '');
  }

  /** Types keys into the terminal, as a keyboard does. */
  async type(text: string): Promise<void> {
    await this.terminal.getByRole('textbox').first().focus();
    await this.page.keyboard.type(text);
  }

  /** Presses one key in the terminal, such as `Control+c` or `ArrowUp`. */
  async press(key: string): Promise<void> {
    await this.terminal.getByRole('textbox').first().focus();
    await this.page.keyboard.press(key);
  }

  /**
   * Types a command and Enter, waits until the prompt is back, and gives what was printed between the two.
   * @param prompt what ends the output: the lab's own, or that of a shell in a container
   */
  async run(command: string, { prompt = PROMPT, timeout = 60_000 } = {}): Promise<string> {
    const before = (await this.screen()).trimEnd().length;
    await this.type(`${command}\n`);
    const printed = async () => withoutEcho((await this.screen()).trimEnd().slice(before), command);
    await expect
      .poll(async () => (await printed()).join('\n'), { timeout })
      .toMatch(new RegExp(`(^|\\n)${literal(prompt)}$`));
    return (await printed()).slice(0, -1).join('\n').trim();
  }

  /** Runs a command and gives its exit code beside its output. */
  async status(command: string): Promise<{ readonly output: string; readonly code: number }> {
    const printed = await this.run(`${command}; echo "exit $?"`);
    const [, output = '', code] = /^([\s\S]*?)\n?exit (\d+)$/.exec(printed) ?? [];
    return { output, code: Number(code) };
  }

  /** Presses Restart machine in the status bar, answers its question if it asks one, and waits for the new shell. */
  async restart(): Promise<void> {
    await this.page.getByRole('contentinfo').getByRole('button', { name: 'Restart machine' }).click();
    const confirm = this.page.getByRole('dialog').getByRole('button', { name: 'Restart' });
    if (await confirm.isVisible()) await confirm.click();
    await this.restarted();
  }

  /** Waits for the shell of a machine that is being restarted. */
  async restarted(): Promise<void> {
    await expect
      .poll(() => this.screen(), { timeout: 60_000 })
      .toMatch(new RegExp(`The machine was restarted\\.[^$]*${literal(PROMPT)}$`));
  }
}

export const LESSON = '/lessons/images-and-containers';

/** Without its trailing space: a screen's text has none. */
export const PROMPT = 'lab:~/project$';

/**
 * The rows after the echo of what was typed, which the shell breaks where the terminal's width ends. Counted without
 * spaces: one that falls on the edge is not in a screen's text.
 */
function withoutEcho(text: string, command: string): string[] {
  const rows = text.split('\n');
  const typed = bare(command).length;
  let echoed = 0;
  let length = 0;
  while (echoed < rows.length && length < typed) {
    length += bare(rows[echoed] ?? '').length;
    echoed += 1;
  }
  return rows.slice(Math.max(echoed, 1));
}

const bare = (text: string) => text.replace(/\s/g, '');

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

declare global {
  interface Window {
    __drydock?: { terminalText(): string };
  }
}
