import { describe, expect, it } from 'vitest';
import { StartError } from '../machine/errors.ts';
import { parseDuration, parseTime, rfc3339Nano, rfc3339NanoFixed } from './clock.ts';
import { applyChanges } from './commit-changes.ts';
import { DetachWatcher, parseDetachKeys } from './detach-keys.ts';
import { humanDuration } from './human.ts';
import { lookUp, randomId } from './ids.ts';
import { ADJECTIVES, SURNAMES } from './name-words.ts';
import { checkName, generateName } from './names.ts';
import { parseSignal } from './signals.ts';
import { execveFailure, startFailure } from './start-failure.ts';

describe('clock', () => {
  it('writes times as Go does', () => {
    expect(rfc3339Nano(1_500_000)).toBe('1970-01-01T00:00:01.5Z');
    expect(rfc3339Nano(1_000_000)).toBe('1970-01-01T00:00:01Z');
    expect(rfc3339NanoFixed(1_000_123)).toBe('1970-01-01T00:00:01.000123000Z');
  });

  it('reads the times of queries', () => {
    expect(parseTime('1700000000')).toBe(1_700_000_000_000_000);
    expect(parseTime('1700000000.250000001')).toBe(1_700_000_000_250_000);
    expect(parseTime('1970-01-01T00:00:02.000004Z')).toBe(2_000_004);
    expect(parseTime('yesterday')).toBeUndefined();
    expect(parseDuration('1h30m')).toBe(5_400_000_000);
    expect(parseDuration('-1.5s')).toBe(-1_500_000);
    expect(parseDuration('5')).toBeUndefined();
  });
});

describe('signals', () => {
  it.each([
    ['KILL', 9],
    ['SIGTERM', 15],
    ['sigint', 2],
    ['28', 28],
    ['RTMIN+3', 37],
  ])('knows %s', (text, number) => expect(parseSignal(text)).toBe(number));

  it.each(['0', '65', 'FOO', ''])('refuses %j', (text) => {
    expect(() => parseSignal(text)).toThrow(`Invalid signal: ${text}`);
  });
});

describe('names and IDs', () => {
  it('makes pairs of words of its own', () => {
    expect(
      generateName(
        () => false,
        () => 0,
      ),
    ).toBe(`${ADJECTIVES[0]}_${SURNAMES[0]}`);
    expect(new Set(ADJECTIVES).size).toBe(ADJECTIVES.length);
    expect(new Set(SURNAMES).size).toBe(SURNAMES.length);
    for (const word of [...ADJECTIVES, ...SURNAMES]) expect(word).toMatch(/^[a-z]+$/);
    const taken = new Set([`${ADJECTIVES[0]}_${SURNAMES[0]}`]);
    expect(
      checkName(
        generateName(
          (name) => taken.has(name),
          () => 0,
        ),
      ),
    ).toMatch(/_[a-z]+\d+$/);
  });

  it('finds exact names before prefixes', () => {
    const items = [
      { id: 'abc1', name: 'web' },
      { id: 'abc2', name: 'abc' },
    ];
    expect(lookUp(items, 'abc').id).toBe('abc2');
    expect(lookUp(items, '/web').id).toBe('abc1');
    expect(lookUp(items, 'abc1').id).toBe('abc1');
    expect(() => lookUp(items, 'ab')).toThrow('multiple IDs found with provided prefix: ab');
    expect(() => lookUp(items, 'x')).toThrow('No such container: x');
  });

  it('makes IDs that no one takes for numbers', () => {
    for (let index = 0; index < 100; index += 1) expect(randomId()).toMatch(/^(?!\d{12})[0-9a-f]{64}$/);
  });
});

describe('detach keys', () => {
  it('reads sequences', () => {
    expect(parseDetachKeys('')).toEqual([16, 17]);
    expect(parseDetachKeys('ctrl-a,d,ctrl-[')).toEqual([1, 100, 27]);
    expect(() => parseDetachKeys('ctrl-1')).toThrow('Invalid detach keys (ctrl-1) provided');
  });

  it('gives back keys that only began like the sequence', () => {
    const watcher = new DetachWatcher([16, 17]);
    expect(watcher.feed(Uint8Array.of(16))).toEqual({ pass: Uint8Array.of(), detached: false });
    expect(watcher.feed(Uint8Array.of(65))).toEqual({ pass: Uint8Array.of(16, 65), detached: false });
    expect(watcher.feed(Uint8Array.of(16, 16, 17, 66))).toEqual({ pass: Uint8Array.of(16), detached: true });
  });
});

describe('humanDuration', () => {
  it.each([
    [0.2, 'Less than a second'],
    [1, '1 second'],
    [59, '59 seconds'],
    [60, 'About a minute'],
    [119, 'About a minute'],
    [120, '2 minutes'],
    [3600, 'About an hour'],
    [47 * 3600, '47 hours'],
    [72 * 3600, '3 days'],
    [21 * 86_400, '3 weeks'],
    [90 * 86_400, '3 months'],
    [800 * 86_400, '2 years'],
  ])('%d seconds', (seconds, text) => expect(humanDuration(seconds * 1e6)).toBe(text));
});

describe('start failures', () => {
  it('are worded as runc words them', () => {
    const exec = (errno: number, subject: string, message: string) =>
      startFailure(new StartError('exec', errno, subject, message), 'exec');
    expect(exec(2, '/bin/x', 'exec: "/bin/x": stat /bin/x: No such file or directory')).toEqual({
      message:
        'OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin/x": stat /bin/x: no such file or directory: unknown',
      exitCode: 127,
      code: 'invalid-parameter',
    });
    expect(exec(13, '/etc', 'exec /etc: Permission denied')).toMatchObject({ exitCode: 126 });
    const chdir = new StartError('chdir', 20, '/etc/passwd', '');
    expect(startFailure(chdir, 'exec').message).toBe(
      'OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd ("/etc/passwd") set in config.json failed: not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type',
    );
    expect(startFailure(new Error('boom'), 'run')).toEqual({ message: 'boom', exitCode: 128, code: 'system' });
  });

  it('tell a program the kernel refused from one that is missing', () => {
    const refused = new StartError('exec', 2, './app', 'exec ./app: No such file or directory');
    expect(execveFailure(refused)).toEqual({ output: 'exec ./app: no such file or directory\n', exitCode: 255 });
    expect(execveFailure(new StartError('exec', 2, 'x', 'exec: "x": executable file not found'))).toBeUndefined();
    expect(execveFailure(new StartError('exec', 13, '/etc', 'exec /etc: Permission denied'))).toBeUndefined();
  });
});

describe('commit changes', () => {
  it('applies instructions in order', () => {
    expect(
      applyChanges({ Env: ['A=1'], Cmd: ['sh'] }, [
        'ENV B=$A C="x y"',
        'entrypoint ["/e"]',
        'CMD echo hi',
        'EXPOSE 80 53/udp',
        'LABEL k=v',
        'USER ann',
        'WORKDIR /w',
        'VOLUME /v',
        'ONBUILD RUN x',
      ]),
    ).toEqual({
      Env: ['A=1', 'B=1', 'C=x y'],
      Entrypoint: ['/e'],
      Cmd: ['/bin/sh', '-c', 'echo hi'],
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Labels: { k: 'v' },
      User: 'ann',
      WorkingDir: '/w',
      Volumes: { '/v': {} },
      OnBuild: ['RUN x'],
    });
    expect(() => applyChanges({}, ['FROM x'])).toThrow('from is not a valid change command');
  });
});
