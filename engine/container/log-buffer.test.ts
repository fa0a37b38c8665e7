import { describe, expect, it } from 'vitest';
import { LogBuffer, type LogQuery } from './log-buffer.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const all: LogQuery = { stdout: true, stderr: true, timestamps: false, follow: false };

async function read(log: LogBuffer, query: Partial<LogQuery> = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const record of log.read({ ...all, ...query })) {
    lines.push(`${record.stream === 'stdout' ? 'o' : 'e'}:${new TextDecoder().decode(record.data)}`);
  }
  return lines;
}

function clockFrom(start: number): () => number {
  let now = start;
  return () => {
    now += 1_000_000;
    return now;
  };
}

describe('LogBuffer', () => {
  it('keeps lines as the driver does: with their newline, pieces when long, the rest at the end', async () => {
    const log = new LogBuffer(clockFrom(0));
    log.begin();
    log.write('stdout', bytes('one\ntw'));
    log.write('stderr', bytes('oops\n'));
    log.write('stdout', bytes('o\nlast'));
    expect(await read(log)).toEqual(['o:one\n', 'e:oops\n', 'o:two\n']);
    log.end();
    expect(await read(log)).toEqual(['o:one\n', 'e:oops\n', 'o:two\n', 'o:last']);
    const long = new LogBuffer(clockFrom(0));
    long.write('stdout', bytes(`${'x'.repeat(40_000)}\n`));
    expect((await read(long)).map((line) => line.length - 2)).toEqual([16_384, 16_384, 40_001 - 32_768]);
  });

  it('stamps, filters and cuts', async () => {
    const log = new LogBuffer(clockFrom(0));
    log.write('stdout', bytes('a\nb\nc\n'));
    log.write('stderr', bytes('d\n'));
    expect(await read(log, { timestamps: true, tail: 1 })).toEqual(['e:1970-01-01T00:00:04.000000000Z d\n']);
    expect(await read(log, { stderr: false, tail: 2 })).toEqual(['o:b\n', 'o:c\n']);
    expect(await read(log, { since: 3_000_000 })).toEqual(['o:c\n', 'e:d\n']);
    expect(await read(log, { until: 2_000_000 })).toEqual(['o:a\n', 'o:b\n']);
    expect(await read(log, { tail: 0 })).toEqual([]);
  });

  it('is bounded, oldest first', async () => {
    const log = new LogBuffer(clockFrom(0), 10_000);
    for (let index = 0; index < 1000; index += 1) log.write('stdout', bytes(`line ${index}\n`));
    const lines = await read(log);
    expect(lines.length).toBeLessThan(150);
    expect(lines.at(-1)).toBe('o:line 999\n');
  });

  it('takes a flood of short lines in its stride', async () => {
    const log = new LogBuffer(clockFrom(0), 100_000);
    const flood = bytes('y\n'.repeat(500_000));
    const begun = performance.now();
    log.write('stdout', flood);
    expect(performance.now() - begun).toBeLessThan(2000);
    expect((await read(log)).length).toBeLessThan(2000);
    expect(await read(log, { tail: 2 })).toEqual(['o:y\n', 'o:y\n']);
  });

  it('follows until the container ends, across several readers', async () => {
    const log = new LogBuffer(clockFrom(0));
    log.begin();
    log.write('stdout', bytes('first\n'));
    const readers = [read(log, { follow: true }), read(log, { follow: true, tail: 0 })];
    await new Promise((resolve) => setTimeout(resolve, 5));
    log.write('stdout', bytes('second\n'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    log.end();
    expect(await Promise.all(readers)).toEqual([['o:first\n', 'o:second\n'], ['o:second\n']]);
  });

  it('stops following when the reader goes away', async () => {
    const log = new LogBuffer(clockFrom(0));
    log.begin();
    const stop = new AbortController();
    const records = log.read({ ...all, follow: true }, stop.signal);
    const next = records.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});
