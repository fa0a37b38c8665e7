import type { BuildMessage } from '../../api/types.ts';
import { OUTPUT_MESSAGE_ID, PROGRESS_MESSAGE_ID } from '../../api/types.ts';
import type { Inspection } from '../../builder/check.ts';
import { decodeStatus, fromBase64 } from '../../builder/progress.ts';
import type { Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { PlainBuild } from './build-plain.ts';
import { TerminalBuild } from './build-terminal.ts';
import { BuildTrace, isCanceled } from './build-trace.ts';
import { rawJson } from './raw-json.ts';
import { warningText } from './warnings.ts';

export type ProgressMode = 'plain' | 'tty' | 'quiet' | 'rawjson';

const REDRAW_MILLISECONDS = 150;

/** What came of a build. */
export interface BuildOutcome {
  readonly id: string | undefined;
  /** The tar that was asked for. */
  readonly archive: Uint8Array | undefined;
  readonly inspection: Inspection | undefined;
}

/** What the engine says of a build that failed, beside the message. */
interface Failure {
  readonly message: string;
  readonly excerpt?: string;
}

/**
 * Shows a build that tells its progress in events, on stderr as BuildKit does. Throws CliError with all that is to be
 * said of a failure.
 */
export async function showBuild(
  session: Session,
  messages: AsyncIterable<BuildMessage>,
  mode: ProgressMode,
): Promise<BuildOutcome> {
  const { context, err, debug } = session;
  const trace = new BuildTrace();
  const plain = new PlainBuild(trace);
  const terminal = new TerminalBuild(trace);
  const pieces: Uint8Array[] = [];
  let size = context.size;
  let id: string | undefined;
  let inspection: Inspection | undefined;
  let failure: Failure | undefined;
  // One write at a time, in order.
  let written: Promise<void> = Promise.resolve();
  const write = (text: string): Promise<void> => {
    written = written.then(() => err.write(text));
    return written;
  };
  const stopResize = context.onResize((columns, rows) => {
    size = { columns, rows };
  });
  const timer =
    mode === 'tty'
      ? setInterval(() => void write(terminal.draw(size)).catch(() => {}), REDRAW_MILLISECONDS)
      : undefined;
  const progress = async (aux: unknown): Promise<void> => {
    const told = aux as { failure?: Failure; result?: unknown; inspection?: Inspection };
    if (told.failure) failure = told.failure;
    else if (told.inspection) inspection = told.inspection;
    else if (!told.result) {
      const status = decodeStatus(aux);
      if (mode === 'plain') await write(plain.update(status));
      else trace.update(status);
      const line = mode === 'rawjson' ? rawJson(status) : undefined;
      if (line !== undefined) await write(`${line}\n`);
    }
  };
  try {
    if (mode === 'plain') await write('#0 building with "default" instance using docker driver\n\n');
    for await (const message of messages) {
      if (message.id === PROGRESS_MESSAGE_ID) await progress(message.aux);
      else if (message.id === OUTPUT_MESSAGE_ID) pieces.push(fromBase64(message.aux as string));
      else if (message.aux !== undefined) id = (message.aux as { ID?: string }).ID;
      else if (message.error !== undefined) failure ??= { message: message.error };
    }
  } finally {
    clearInterval(timer);
    stopResize();
  }
  if (mode === 'tty') await write(terminal.draw(size, true));
  if ((mode === 'plain' || mode === 'tty') && !inspection) {
    const { warnings, dockerfile } = trace;
    await write(warningText(warnings, { color: err.tty, expand: debug, dockerfile }));
  }
  if (failure) throw new CliError(failureText(trace, failure, mode));
  return { id, archive: pieces.length > 0 ? joined(pieces) : undefined, inspection };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The last output of the steps that failed, the place in the Dockerfile, and why. */
function failureText(trace: BuildTrace, { message, excerpt = '' }: Failure, mode: ProgressMode): string {
  const failed = trace.vertices.filter(({ vertex }) => vertex.error && !isCanceled(vertex));
  const logs = failed.map(({ vertex, log }) =>
    ['------', ` > ${vertex.name}:`, ...log.last(), '------', ''].join('\n'),
  );
  const shown = mode === 'rawjson' ? '' : logs.join('') + excerpt;
  return `${shown}ERROR: failed to build: failed to solve: ${message}`;
}
