import type { BuildMessage } from '../../api/types.ts';
import { PROGRESS_MESSAGE_ID } from '../../api/types.ts';
import { fromRawJson, type SolveStatus, toRawJson, type VertexWarning } from '../../builder/progress.ts';
import type { Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { PlainBuild } from './build-plain.ts';
import { TerminalBuild } from './build-terminal.ts';
import { BuildTrace, isCanceled } from './build-trace.ts';

export type ProgressMode = 'plain' | 'tty' | 'quiet' | 'rawjson';

const REDRAW_MILLISECONDS = 150;

/** What the engine says of a build that failed, beside the message. */
interface Failure {
  readonly message: string;
  readonly excerpt?: string;
}

/**
 * Shows a build that tells its progress in events, on stderr as BuildKit does. Gives the image ID. Throws CliError with
 * all that is to be said of a failure.
 */
export async function showBuild(
  session: Session,
  messages: AsyncIterable<BuildMessage>,
  mode: ProgressMode,
): Promise<string | undefined> {
  const { context, err } = session;
  const trace = new BuildTrace();
  const plain = new PlainBuild(trace);
  const terminal = new TerminalBuild(trace);
  let size = context.size;
  let id: string | undefined;
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
  try {
    if (mode === 'plain') await write('#0 building with "default" instance using docker driver\n\n');
    for await (const message of messages) {
      if (message.id === PROGRESS_MESSAGE_ID) {
        const aux = message.aux as {
          failure?: Failure;
          result?: { warnings?: readonly VertexWarning[] };
        } & SolveStatus;
        if (aux.failure) failure = aux.failure;
        else if (!aux.result) {
          const status = fromRawJson(JSON.stringify(aux));
          if (mode === 'rawjson') await write(`${toRawJson(status)}\n`);
          if (mode === 'plain') await write(plain.update(status));
          else trace.update(status);
        }
      } else if (message.aux !== undefined) id = (message.aux as { ID?: string }).ID;
      else if (message.error !== undefined) failure ??= { message: message.error };
    }
  } finally {
    clearInterval(timer);
    stopResize();
  }
  if (mode === 'tty') await write(terminal.draw(size, true));
  if (mode === 'plain' || mode === 'tty') await write(warningText(trace.warnings, err.tty));
  if (failure) throw new CliError(failureText(trace, failure, mode));
  return id;
}

function warningText(warnings: readonly VertexWarning[], color: boolean): string {
  if (warnings.length === 0) return '';
  const count = `${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'} found (use docker --debug to expand):\n`;
  const lines = warnings.map(({ short }) => ` - ${short}\n`).join('');
  return `\n ${color ? `\x1b[33m${count}\x1b[0m` : count}${lines}`;
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
