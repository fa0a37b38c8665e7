import { StreamError } from '../../api/client/errors.ts';
import type { JsonMessage, ProgressDetail } from '../../api/types.ts';
import { humanSize } from '../format/quantity.ts';
import type { Output } from '../output.ts';

const BAR = 50;
const WIDE = 110;

/**
 * Shows what a pull, push, load or classic build tells. On a terminal every layer keeps a line of its own that is
 * drawn again; elsewhere only lines without a bar are printed. Throws StreamError at a message with an error.
 * `onAux` gets the messages that are not for people.
 */
export async function showMessages(
  messages: AsyncIterable<JsonMessage>,
  out: Output,
  options: { readonly columns: number; readonly onAux?: (message: JsonMessage) => void },
): Promise<void> {
  const lines = new Map<string, number>();
  for await (const message of messages) {
    if (message.aux !== undefined) {
      options.onAux?.(message);
      continue;
    }
    await out.write(render(message, lines, out.tty, options.columns));
    const failure = message.errorDetail?.message ?? message.error;
    if (failure !== undefined) throw new StreamError(failure, message.errorDetail?.code);
  }
}

/** Shows nothing, and waits for the end. Throws StreamError at a message with an error. */
export async function awaitMessages(messages: AsyncIterable<JsonMessage>): Promise<void> {
  for await (const message of messages) {
    const failure = message.errorDetail?.message ?? message.error;
    if (failure !== undefined) throw new StreamError(failure, message.errorDetail?.code);
  }
}

/** What one message prints. `lines` is the number, from the top, of each layer's line on the terminal. */
function render(message: JsonMessage, lines: Map<string, number>, tty: boolean, columns: number): string {
  if (message.error !== undefined || message.errorDetail !== undefined) return '';
  const { id = '', progressDetail } = message;
  if (id === '' || (!progressDetail && !message.progress)) {
    // Anything else moves the lines out of reach.
    lines.clear();
    return text(message, tty, columns);
  }
  if (!tty) return text(message, tty, columns);
  let before = '';
  let line = lines.get(id);
  if (line === undefined) {
    line = lines.size;
    lines.set(id, line);
    before = '\n';
  }
  const up = lines.size - line;
  return `${before}\x1b[${up}A${text(message, tty, columns)}\x1b[${up}B`;
}

function text(
  { id, status = '', stream, progressDetail, progress }: JsonMessage,
  tty: boolean,
  columns: number,
): string {
  const bar = progressDetail ? progressBar(progressDetail, columns) : '';
  if (!tty && bar !== '') return '';
  const redrawn = tty && stream === undefined && progressDetail !== undefined;
  const end = redrawn ? '\r' : '';
  const head = `${redrawn ? '\x1b[2K\r' : ''}${id ? `${id}: ` : ''}`;
  if (redrawn) return `${head}${status} ${bar}${end}`;
  if (progress) return `${head}${status} ${progress}${end}`;
  return stream === undefined ? `${head}${status}${end}\n` : head + stream;
}

/** `[=====>     ]  1.2MB/3.5MB` with the time left where it can be guessed; empty if there is nothing to tell. */
export function progressBar(detail: ProgressDetail, columns: number, now = Date.now()): string {
  const { current = 0, total = 0, units = '', start = 0 } = detail;
  if (current <= 0 && total <= 0) return '';
  const amount = (value: number): string => (units ? String(value) : humanSize(value));
  const suffix = units ? ` ${units}` : '';
  if (total <= 0) return units ? `${current}${suffix}` : amount(current).padStart(8);
  const filled = Math.min(BAR, Math.trunc(Math.trunc((current / total) * 100) / 2));
  const bar = columns > WIDE ? `[${'='.repeat(filled)}>${' '.repeat(BAR - filled)}] ` : '';
  const numbers = current > total ? amount(current).padStart(8) : `${amount(current).padStart(8)}/${amount(total)}`;
  const counts = detail.hidecounts ? '' : `${numbers}${suffix}`;
  const guess = columns > 50 && current > 0 && start > 0 && filled < BAR;
  const left = guess ? ` ${secondsLeft(((now / 1000 - start) / current) * (total - current))}` : '';
  return bar + counts + left;
}

function secondsLeft(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.trunc(whole / 3600), Math.trunc(whole / 60) % 60];
  return `${hours ? `${hours}h` : ''}${whole >= 60 ? `${minutes}m` : ''}${whole % 60}s`;
}
