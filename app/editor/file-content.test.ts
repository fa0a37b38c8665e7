import { describe, expect, it } from 'vitest';
import { fileContent } from './file-content.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('fileContent', () => {
  it('gives text back as it was, byte order mark and all', () => {
    expect(fileContent(bytes('FROM alpine\n'))).toEqual({ text: 'FROM alpine\n', size: 12, what: null });
    expect(fileContent(bytes('\ufeffx')).text).toBe('\ufeffx');
    expect(fileContent(bytes('')).text).toBe('');
  });

  it('knows the lesson’s program for what it is', () => {
    const header = new Uint8Array(64);
    header.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
    header[18] = 3;
    expect(fileContent(header)).toEqual({ text: null, size: 64, what: 'An ELF executable for Linux (i386)' });
  });

  it('does not take broken UTF-8 for text', () => {
    expect(fileContent(Uint8Array.of(0x61, 0xff, 0x62)).text).toBeNull();
  });
});
