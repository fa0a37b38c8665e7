import type { Container } from './container.ts';
import type { LogQuery } from './log-buffer.ts';
import { frame } from './stdcopy.ts';

/** A container's log as bytes: multiplexed without a tty, raw with one. A slow reader holds back nobody. */
export function logStream(container: Container, query: LogQuery): ReadableStream<Uint8Array> {
  const stop = new AbortController();
  const records = container.log.read(query, stop.signal);
  const raw = container.record.config.Tty;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await records.next();
      if (done) controller.close();
      else controller.enqueue(raw ? value.data : frame(value.stream, value.data));
    },
    cancel: () => stop.abort(),
  });
}
