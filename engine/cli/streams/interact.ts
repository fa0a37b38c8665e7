import type { Hijacked } from '../../api/client/connection.ts';
import { frames, MultiplexError } from '../../api/client/multiplex.ts';
import type { Session } from '../command.ts';
import { DEFAULT_DETACH_KEYS, detachKeyBytes, EscapeFilter } from './escape-keys.ts';

export interface Interaction {
  /** Output is raw then, and typed keys go through as they are. */
  readonly tty: boolean;
  /** Send this command's input. */
  readonly stdin: boolean;
  /** With a terminal and input: the keys that detach; empty takes the default. */
  readonly detachKeys?: string;
  /** Streams that are shown; both if left out. */
  readonly show?: { readonly stdout: boolean; readonly stderr: boolean };
}

/**
 * Joins the command's streams with a taken-over connection. Resolves when the output has ended, or with `detached` when
 * the detach keys came. The terminal is raw meanwhile and is put back whatever happens.
 */
export async function interact(
  session: Session,
  stream: Hijacked,
  options: Interaction,
): Promise<'ended' | 'detached'> {
  const { context } = session;
  const raw = options.tty && options.stdin && context.tty.stdin;
  if (raw) await context.setRawMode(true);
  const input = options.stdin ? sendInput(session, stream, options) : closeInput(stream);
  try {
    const output = showOutput(session, stream, options).then(() => 'ended' as const);
    return await Promise.race([output, input.detached]);
  } finally {
    await input.stop();
    if (raw) await context.setRawMode(false);
  }
}

interface Input {
  /** Resolves when the detach keys come; never otherwise. */
  readonly detached: Promise<'detached'>;
  stop(): Promise<void>;
}

function closeInput(stream: Hijacked): Input {
  // A failure shows in the output too, which is what is waited for.
  stream.writable.close().catch(() => {});
  return { detached: new Promise(() => {}), stop: async () => {} };
}

function sendInput(session: Session, stream: Hijacked, options: Interaction): Input {
  const reader = session.context.stdin.getReader();
  const writer = stream.writable.getWriter();
  const keys = options.tty ? new EscapeFilter(detachKeyBytes(options.detachKeys || DEFAULT_DETACH_KEYS)) : undefined;
  let stopped = false;
  const detached = new Promise<'detached'>((resolve) => {
    const pump = async (): Promise<void> => {
      for (;;) {
        const { done, value } = await reader.read();
        if (stopped) return;
        if (done) return writer.close();
        const passed = keys?.push(value) ?? { bytes: value, detached: false };
        if (passed.bytes.length > 0) await writer.write(passed.bytes);
        if (passed.detached) return resolve('detached');
      }
    };
    // Either this end stopped it, or the connection is gone: then the output says so.
    pump().catch(() => {});
  });
  return {
    detached,
    async stop() {
      stopped = true;
      // Gives a pending read up, so that what is typed from now on is the caller's.
      reader.releaseLock();
      await writer.abort().catch(() => {});
    },
  };
}

async function showOutput({ out, err }: Session, stream: Hijacked, { tty, show }: Interaction): Promise<void> {
  if (tty) return out.pipe(stream.readable);
  for await (const { kind, data } of frames(stream.readable)) {
    if (kind === 'system') throw new MultiplexError(`error from daemon in stream: ${new TextDecoder().decode(data)}`);
    if (kind === 'stderr') {
      if (show?.stderr ?? true) await err.write(data);
    } else if (show?.stdout ?? true) await out.write(data);
  }
}
