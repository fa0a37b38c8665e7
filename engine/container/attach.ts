import type { Duplex } from '../api/transport.ts';
import type { Container } from './container.ts';
import { type Context, publish } from './context.ts';
import { DetachWatcher, parseDetachKeys } from './detach-keys.ts';
import { guard } from './lifecycle.ts';
import { logStream } from './logs.ts';
import type { ProcessStreams } from './process-streams.ts';
import type { StreamName } from './stdcopy.ts';

export interface AttachOptions {
  /** Output from now on. */
  readonly stream: boolean;
  /** What was written so far, first. */
  readonly logs: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Empty for ctrl-p ctrl-q. */
  readonly detachKeys: string;
}

/** A client's end of a process's streams: multiplexed output without a tty, raw with one; what is written is input. */
export interface Attachment extends Duplex {
  readonly tty: boolean;
}

/** Attaches to a container, running or yet to be started. Throws ContainerError. */
export function attachToContainer(context: Context, container: Container, options: AttachOptions): Attachment {
  const { config, lifecycle, name } = container.record;
  guard.attach(lifecycle, name);
  const detachKeys = parseDetachKeys(options.detachKeys);
  const outputs: StreamName[] = [
    ...(options.stdout ? ['stdout' as const] : []),
    ...(options.stderr ? ['stderr' as const] : []),
  ];
  publish(context, container, 'attach');
  const live = options.stream
    ? connect(container.streams, {
        wants: outputs,
        tty: config.Tty,
        stdin: options.stdin && config.OpenStdin,
        closesInput: config.StdinOnce,
        detachKeys,
        onDetach: () => publish(context, container, 'detach'),
      })
    : undefined;
  if (!options.logs) return live ?? { tty: config.Tty, ...nothing() };
  const past = logStream(container, {
    stdout: options.stdout,
    stderr: options.stderr,
    timestamps: false,
    follow: false,
  });
  return {
    tty: config.Tty,
    readable: live ? concatenate(past, live.readable) : past,
    writable: live?.writable ?? nothing().writable,
  };
}

/** Joins a client to a process's streams. */
export function connect(
  streams: ProcessStreams,
  options: {
    readonly wants: readonly StreamName[];
    readonly tty: boolean;
    readonly stdin: boolean;
    /** The client's end of file is the process's too. */
    readonly closesInput: boolean;
    readonly detachKeys: readonly number[];
    readonly onDetach: () => void;
  },
): Attachment {
  const { tty, stdin } = options;
  const subscriber = streams.subscribe(options.wants, !tty);
  const watcher = tty && options.detachKeys.length > 0 ? new DetachWatcher(options.detachKeys) : undefined;
  const finishInput = (): void => {
    if (!stdin) return;
    // As dockerd's copyStreams: a tty's client that has nothing more to type is done with the output too.
    if (options.closesInput && !tty) streams.closeInput();
    else subscriber.close();
  };
  const writable = new WritableStream<Uint8Array>({
    async write(data) {
      if (!stdin || subscriber.closed) return;
      if (!watcher) return streams.write(data);
      const { pass, detached } = watcher.feed(data);
      if (pass.length > 0) await streams.write(pass);
      if (!detached) return;
      options.onDetach();
      subscriber.close();
    },
    close: finishInput,
    abort: finishInput,
  });
  return { tty, readable: subscriber.readable, writable };
}

function nothing(): Duplex {
  return {
    readable: new ReadableStream<Uint8Array>({ start: (controller) => controller.close() }),
    writable: new WritableStream<Uint8Array>(),
  };
}

function concatenate(
  first: ReadableStream<Uint8Array>,
  second: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  (async () => {
    await first.pipeTo(writable, { preventClose: true });
    await second.pipeTo(writable);
  })().catch(() => {
    // The reader went away.
    second.cancel().catch(() => {});
  });
  return readable;
}
