import { describe, expect, it } from 'vitest';
import { detachKeyBytes, EscapeFilter } from './escape-keys.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

describe('detachKeyBytes', () => {
  it('reads control keys and characters', () => {
    expect(detachKeyBytes('ctrl-p,ctrl-q')).toEqual([16, 17]);
    expect(detachKeyBytes('a,ctrl-@,ctrl-[,ctrl-_')).toEqual([97, 0, 27, 31]);
    expect(() => detachKeyBytes('shift-x')).toThrow("Unknown character: 'shift-x'");
  });
});

describe('EscapeFilter', () => {
  it('lets everything else through', () => {
    const filter = new EscapeFilter([16, 17]);
    expect(text(filter.push(bytes('ls\r')).bytes)).toBe('ls\r');
  });

  it('detaches on the keys, however they are split, and passes what came before', () => {
    const filter = new EscapeFilter([16, 17]);
    const first = filter.push(bytes('ab\x10'));
    expect([text(first.bytes), first.detached]).toEqual(['ab', false]);
    const second = filter.push(bytes('\x11cd'));
    expect([text(second.bytes), second.detached]).toEqual(['', true]);
  });

  it('gives back what turned out not to be the keys', () => {
    const filter = new EscapeFilter([16, 17]);
    expect(text(filter.push(bytes('\x10')).bytes)).toBe('');
    expect(text(filter.push(bytes('x')).bytes)).toBe('\x10x');
    expect(text(filter.push(bytes('\x10\x10')).bytes)).toBe('\x10');
    expect(filter.push(bytes('\x11')).detached).toBe(true);
  });
});
