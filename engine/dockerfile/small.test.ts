import { describe, expect, test } from 'vitest';
import { parseDuration } from './duration.ts';
import { checkMount, mountSource, parseMount } from './mount.ts';
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

  test('puts variables into values', () => {
    const expand = (text: string) => text.replace('$kind', 'cache').replace('$place', '/x');
    expect(mount('type=$kind,target=$place', expand)).toMatchObject({ type: 'cache', target: '/x' });
  });

  test('is writable as the type has it, or as it is said', () => {
    const writable = ['type=bind', 'type=bind,rw', 'type=cache', 'type=tmpfs', 'type=cache,ro', 'type=bind,ro=false'];
    expect(writable.map((text) => mount(`${text},target=/a`).readonly)).toEqual([
      true,
      false,
      false,
      false,
      true,
      false,
    ]);
    expect(mount('type=bind,rw=0,target=/a').readonly).toBe(true);
    expect(mount('type=secret,source=s')).toMatchObject({ id: 's' });
  });

  test('what variables come to is looked at later, but for the source', () => {
    const check = (value: string) => checkMount({ text: { value, range } });
    expect(() => check('type=$nonsense,target=/a,sharing=$x')).not.toThrow();
    expect(() => check('from=$stage,target=/a')).toThrow("'from' doesn't support variable expansion");
    expect(mountSource({ text: { value: 'type=$x,FROM=stage', range } })).toBe('stage');
  });

  test.each([
    ['type=cahce,target=/a', 'unsupported mount type "cahce" (did you mean cache?)'],
    ['tagret=/a', "unexpected key 'tagret' in 'tagret=/a' (did you mean target?)"],
    ['target=/a,size=1', "unexpected key 'size' for mount type 'bind'"],
    ['target=/a,required', "unexpected key 'required' for mount type 'bind'"],
    ['type=tmpfs,target=/a,mode=700', 'mode not allowed for "tmpfs" type mounts'],
    ['target=/a,ro=maybe', 'invalid value for readonly: maybe'],
    ['type=cache,target=/a,mode=9', 'invalid value 9 for mode'],
    ['type=cache,target=/a,uid=-1', 'invalid value -1 for uid'],
    ['type=secret,from=x,id=y', 'secret mount should not have a from'],
    ['type=secret', 'invalid secret mount. one of source, target required'],
    ['type=secret,source=a,id=b', "both source and id can't be set"],
    ['type=bind,target=/a,sharing=locked', 'invalid cache sharing set for bind mount'],
    ['target', "invalid field 'target' must be a key=value pair"],
    ['type=tmpfs,target=/a,size=lots', "invalid value for size: invalid size: 'lots'"],
    ['type=cache,target=/a,sharing=open', 'unsupported sharing value "open"'],
  ])('%s: %s', (text, message) => {
    expect(() => mount(text)).toThrow(message);
  });
});
