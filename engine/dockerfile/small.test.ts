import { describe, expect, test } from 'vitest';
import { parseDuration } from './duration.ts';
import { parseMount } from './mount.ts';
import { suggest } from './suggest.ts';

test('suggest finds the nearest word within two edits', () => {
  expect(suggest('form', ['from', 'chown'])).toBe('from');
  expect(suggest('FORM', ['FROM', 'RUN'], true)).toBe('FROM');
  expect(suggest('form', ['FROM', 'RUN'], true)).toBe('from');
  expect(suggest('frobnicate', ['from'])).toBeUndefined();
  expect(suggest('from', ['from', 'form'])).toBeUndefined();
});

test('parseDuration reads what Go writes', () => {
  expect(['1m30s', '1.5h', '20ms', '0', '-1s', '1us', '1h2m3s'].map(parseDuration)).toEqual([
    90e9, 5400e9, 20e6, 0, -1e9, 1e3, 3723e9,
  ]);
  expect(['', '1', 's', '1x', '1 s'].map(parseDuration)).toEqual(Array(5).fill(undefined));
});

describe('parseMount', () => {
  const range = { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } };
  const mount = (value: string, expand?: (text: string) => string) => parseMount({ text: { value, range } }, expand);

  test('reads types, their defaults and short names', () => {
    expect(mount('target=/a')).toMatchObject({ type: 'bind', target: '/a', readonly: true });
    expect(mount('src=x,dst=/a,rw,from=b')).toMatchObject({ source: 'x', target: '/a', readonly: false, from: 'b' });
    expect(mount('type=cache,target=/a,sharing=locked,mode=0755,uid=5,id=k')).toMatchObject({
      type: 'cache',
      sharing: 'locked',
      mode: 0o755,
      uid: 5,
      id: 'k',
      readonly: false,
    });
    expect(mount('type=tmpfs,"target=/with,comma",size=1.5k')).toMatchObject({ target: '/with,comma', size: 1536 });
    expect(mount('type=secret,id=s,required,env=S')).toMatchObject({ type: 'secret', required: true, env: 'S' });
  });

  test('puts variables in, but not into the type', () => {
    expect(mount('type=cache,target=x', (text) => `/${text}`)).toMatchObject({ type: 'cache', target: '/x' });
  });

  test.each([
    ['type=cahce,target=/a', 'unsupported mount type "cahce" (did you mean cache?)'],
    ['tagret=/a', "unexpected key 'tagret' in 'tagret=/a' (did you mean target?)"],
    ['type=bind', 'invalid mount: target is required'],
    ['target', "invalid field 'target' must be a key=value pair"],
    ['type=tmpfs,target=/a,size=lots', "invalid value for size: invalid size: 'lots'"],
    ['type=cache,target=/a,sharing=open', 'unsupported sharing value "open"'],
  ])('%s: %s', (text, message) => {
    expect(() => mount(text)).toThrow(message);
  });
});
