import { type BuildTrace, elapsed, isCanceled, type TracedVertex, transferred } from './build-trace.ts';

const BLUE = '\x1b[34m';
const RED = '\x1b[31m';
const YELLOW = '\x1b[33m';
const FAINT = '\x1b[2m';
const RESET = '\x1b[0m';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

const PREFIX = ' => ';
/** Lines of output shown below a step that runs. */
const LOG_LINES = 6;
const NARROWEST_NAME = 12;
/** Between a step's name and why it was not cached. */
const GAP = '  ';
/** ` 9999.9s`, and the columns that stay free. */
const LONGEST_TIMER = 11;

interface Line {
  readonly text: string;
  /** What does not change any more goes first when the terminal is too low. */
  readonly settled: boolean;
}

/** A build as a picture that is drawn again and again (`[+] Building 1.2s (5/7)`), after BuildKit's. */
export class TerminalBuild {
  readonly #trace: BuildTrace;
  readonly #start: number;
  /** Lines below the head that the last picture had. */
  #drawn = 0;
  #begun = false;

  constructor(trace: BuildTrace, start = Date.now()) {
    this.#trace = trace;
    this.#start = start;
  }

  /** Bytes that bring the terminal up to date. `final`: all lines, however many, and nothing will follow. */
  draw(size: { readonly columns: number; readonly rows: number }, final = false, now = Date.now()): string {
    const { vertices } = this.#trace;
    const started = vertices.filter(({ vertex }) => vertex.started !== undefined);
    const done = vertices.filter(({ vertex }) => vertex.completed !== undefined).length;
    const finished = final && done > 0 && done === vertices.length;
    const head = `[+] Building ${((now - this.#start) / 1000).toFixed(1)}s (${done}/${vertices.length}) ${finished ? 'FINISHED' : ''}`;
    const all = started.flatMap((traced) => vertexLines(traced, size.columns, final, now));
    const lines = final ? all : fitHeight(all, size.rows - 2);
    const home = this.#begun ? `\x1b[${this.#drawn + 1}A\r` : '\r';
    // Shorter than the last picture: what is below is wiped.
    const spare = Math.max(0, this.#drawn - lines.length);
    const wipe = spare > 0 ? `${`${' '.repeat(size.columns)}\n`.repeat(spare)}\x1b[${spare}A\r` : '';
    this.#begun = true;
    this.#drawn = lines.length;
    const body = lines.map(({ text }) => `${text}\n`).join('');
    return `${home}${HIDE_CURSOR}${align(head, 'docker:default', size.columns - 1)}\n${body}${wipe}${SHOW_CURSOR}`;
  }
}

function vertexLines(traced: TracedVertex, columns: number, final: boolean, now: number): readonly Line[] {
  const { vertex, statuses, log } = traced;
  const settled = vertex.completed !== undefined;
  const mark = isCanceled(vertex) ? 'CANCELED ' : vertex.error ? 'ERROR ' : vertex.cached ? 'CACHED ' : '';
  const color = isCanceled(vertex) ? YELLOW : vertex.error ? RED : BLUE;
  const name = mark + vertex.name.replaceAll('\t', ' ');
  const reason = vertex.reason === undefined ? '' : `not cached: ${vertex.reason}`;
  const time = elapsed(vertex.started, vertex.completed, now);
  const beside = reason !== '' && fits(name, reason, columns);
  const lines = [line(name, '', time, settled ? color : '', columns, beside ? reason : '')];
  if (reason !== '' && !beside) lines.push(`${FAINT} => => ${reason.slice(0, columns - 8)}${RESET}`);
  for (const status of statuses.values()) {
    const seconds = elapsed(status.started ?? status.timestamp, status.completed ?? vertex.completed, now);
    const over = status.completed !== undefined || settled;
    lines.push(line(`=> ${status.id}`, transferred(status), seconds, over ? BLUE : '', columns));
  }
  const texts = lines.filter((text) => text !== undefined);
  if (!settled && !final) {
    for (const text of log.last().slice(-LOG_LINES)) {
      texts.push(`${FAINT} => => # ${printable(text).slice(0, columns - 10)}${RESET}`);
    }
  }
  return texts.map((text) => ({ text, settled }));
}

/** Whether a note has room beside a step's name, however long the step takes. */
function fits(name: string, note: string, columns: number): boolean {
  return PREFIX.length + name.length + GAP.length + note.length + LONGEST_TIMER <= columns;
}

/** Nothing if the terminal is too narrow for a name. A note, if there is one, must fit. */
function line(
  name: string,
  status: string,
  seconds: number,
  color: string,
  columns: number,
  note = '',
): string | undefined {
  const timer = ` ${(seconds < 0.05 ? 0 : seconds).toFixed(1)}s`;
  let room = columns - PREFIX.length - timer.length - 2;
  const showStatus = status !== '' && room + status.length > 20;
  if (showStatus) room -= status.length + 1;
  if (room < NARROWEST_NAME) return undefined;
  const text = `${PREFIX}${name.slice(0, room)}${showStatus ? ` ${status}` : ''}`;
  const paint = (part: string): string => (color ? `${color}${part}${RESET}` : part);
  if (note === '') return paint(align(text, timer, columns - 1));
  const rest = align(' '.repeat(text.length + GAP.length + note.length), timer, columns - 1);
  return `${paint(text)}${GAP}${FAINT}${note}${RESET}${paint(rest.slice(text.length + GAP.length + note.length))}`;
}

function align(left: string, right: string, width: number): string {
  return `${left.padEnd(Math.max(0, width - right.length - 1))} ${right}`;
}

/** At most `height` lines: those that run, with as many of the latest others as there is room for. */
function fitHeight(lines: readonly Line[], height: number): readonly Line[] {
  let excess = lines.length - Math.max(1, height);
  return lines.filter(({ settled }) => {
    if (excess <= 0 || !settled) return true;
    excess--;
    return false;
  });
}

/** Without control sequences, which would tear the picture. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.replace(/^[\d.]+ /, '').replace(/\x1b\[[\d;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f]/g, '');
}
