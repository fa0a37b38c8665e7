import type { Session } from '../command.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { forwardedSignal } from './signals.ts';

export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

/** Throws CliError when a terminal is asked for but the input is none. */
export function requireTerminal({ tty }: CliContext, wanted: { readonly tty: boolean; readonly stdin: boolean }): void {
  if (wanted.tty && wanted.stdin && !tty.stdin) throw new CliError('the input device is not a TTY');
}

/** Keeps the container's terminal as large as this one, from now until the function it gives is called. */
export function followSize({ context }: Session, resize: (size: WindowSize) => Promise<void>): () => void {
  // The process may have ended meanwhile; nobody misses a size then.
  const send = (size: WindowSize): void => void resize(size).catch(() => {});
  if (context.tty.stdout) send(context.size);
  return context.onResize((columns, rows) => send({ columns, rows }));
}

/** Hands signals on to a container, as if it had got them itself, until the function it gives is called. */
export function forwardSignals(session: Session, id: string): () => void {
  return session.takeSignals((signal) => {
    const name = forwardedSignal(signal);
    // The container may be gone already.
    if (name) session.client.containers.kill(id, name).catch(() => {});
  });
}
