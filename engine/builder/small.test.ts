import { describe, expect, test } from 'vitest';
import { parseChmod } from './chmod.ts';
import { rfc3339 } from './clock.ts';
import { duration, list, quote, quoteList, quoteNumber } from './go-format.ts';
import { cleanAbsolute, joinPath } from './paths.ts';
import { parsePorts } from './ports.ts';
import { isSignal } from './stop-signal.ts';

describe('--chmod', () => {
  test.each<[string, number, boolean, number]>([
    ['644', 0o755, false, 0o644],
    ['4755', 0, false, 0o4755],
    ['0', 0o777, false, 0],
    ['u+x', 0o644, false, 0o744],
    ['+x', 0o644, false, 0o755],
    ['a-w', 0o666, false, 0o444],
    ['go=', 0o777, false, 0o700],
    ['u=rw,go=r', 0o777, false, 0o644],
    ['a=rX', 0o600, false, 0o444],
    ['a=rX', 0o600, true, 0o555],
    ['a+X', 0o744, false, 0o755],
    ['g=u', 0o700, false, 0o770],
    ['u+s,+t', 0o755, false, 0o5755],
    ['u+x-w', 0o644, false, 0o544],
  ])('%s on %o (directory: %s) is %o', (text, mode, isDirectory, expected) => {
    expect(parseChmod(text)(mode, isDirectory).toString(8)).toBe(expected.toString(8));
  });

  test.each(['8', '10000', 'u', 'x+u', 'u+z', ''])('%j is refused', (text) => {
    expect(() => parseChmod(text)).toThrow(`invalid chmod parameter: '${text}'`);
  });
});

describe('formats of Go', () => {
  test('quotes', () => {
    expect(quote('a"b\\c\n\t\x07\x01\x7fé☺\u200b')).toBe('"a\\"b\\\\c\\n\\t\\a\\x01\\x7fé☺\\u200b"');
    expect(quoteList(['a', 'b c'])).toBe('["a" "b c"]');
    expect([0, 2, 10, 39, 65].map(quoteNumber)).toEqual(["'\\x00'", "'\\x02'", "'\\n'", "'\\''", "'A'"]);
    expect(list(['/a', '/b'])).toBe('[/a /b]');
  });

  test('durations', () => {
    expect([0, 1, 1500, 2e6, 1e9, 60e9, 90e9, 3600e9, 3723.5e9].map(duration)).toEqual([
      '0s',
      '1ns',
      '1.5µs',
      '2ms',
      '1s',
      '1m0s',
      '1m30s',
      '1h0m0s',
      '1h2m3.5s',
    ]);
  });
});

test('times have no zeros at their end', () => {
  expect(rfc3339(1_704_164_645_000_000)).toBe('2024-01-02T03:04:05Z');
  expect(rfc3339(1_704_164_645_120_000)).toBe('2024-01-02T03:04:05.12Z');
});

test('ports', () => {
  expect(parsePorts('80')).toEqual(['80/tcp']);
  expect(parsePorts('8000-8002/UDP')).toEqual(['8000/udp', '8001/udp', '8002/udp']);
  expect(parsePorts('127.0.0.1:8080:80')).toEqual(['80/tcp']);
  expect(parsePorts('[::1]:1000-1001:080/')).toEqual(['80/tcp']);
  const wrong: readonly [string, string][] = [
    ['x', 'invalid containerPort: x'],
    ['70000', 'invalid containerPort: 70000'],
    ['9-8', 'invalid containerPort: 9-8'],
    ['80/x', 'invalid proto: x'],
    ['/tcp', 'no port specified: /tcp<empty>'],
    ['x:80', 'invalid hostPort: x'],
    ['999.1.1.1:80:80', 'invalid IP address: 999.1.1.1'],
    ['1000-1002:80-81', 'invalid ranges specified for container and host Ports: 80-81 and 1000-1002'],
  ];
  for (const [text, message] of wrong) expect(() => parsePorts(text)).toThrow(message);
});

test('signals', () => {
  expect(['SIGTERM', 'term', '9', 'RTMIN+15', 'SIGRTMAX-14', '99', '-9'].every(isSignal)).toBe(true);
  expect(['', 'NOPE', '0', 'RTMIN+16', 'RTMAX-15', 'SIG'].some(isSignal)).toBe(false);
});

test('paths', () => {
  expect(cleanAbsolute('a//b/./../c/')).toBe('/a/c');
  expect(cleanAbsolute('../..')).toBe('/');
  expect(joinPath('/w', 'x')).toBe('/w/x');
  expect(joinPath('/w', '/x/..')).toBe('/');
  expect(joinPath('', 'x')).toBe('/x');
});
