import { describe, expect, it } from 'vitest';
import { FileContent } from './content.ts';

function model(): { write(at: number, bytes: Uint8Array): void; truncate(size: number): void; bytes: number[] } {
  return {
    bytes: [],
    write(at, bytes) {
      while (this.bytes.length < at) this.bytes.push(0);
      bytes.forEach((byte, index) => {
        this.bytes[at + index] = byte;
      });
    },
    truncate(size) {
      while (this.bytes.length < size) this.bytes.push(0);
      this.bytes.length = size;
    },
  };
}

describe('FileContent', () => {
  it('is an array that grows, shrinks and is snapshot at will', () => {
    const content = new FileContent();
    const expected = model();
    const snapshots: { taken: Uint8Array; expected: number[] }[] = [];
    let state = 7;
    const random = (limit: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (state >> 8) % limit;
    };
    for (let round = 0; round < 3000; round += 1) {
      const what = random(10);
      if (what < 5) {
        const bytes = new Uint8Array(random(40)).fill(1 + random(255));
        const at = random(expected.bytes.length + 20);
        // A write of nothing does not extend.
        if (bytes.length > 0) expected.write(at, bytes);
        content.write(at, bytes);
      } else if (what < 7) {
        const size = random(400);
        expected.truncate(size);
        content.truncate(size);
      } else if (what === 7) {
        snapshots.push({ taken: content.snapshot(), expected: [...expected.bytes] });
      } else {
        const at = random(expected.bytes.length + 10);
        const count = random(100);
        expect([...content.view(at, count)]).toEqual(expected.bytes.slice(at, at + count));
      }
      expect(content.size).toBe(expected.bytes.length);
      expect(content.allocated).toBeLessThanOrEqual(content.size);
    }
    for (const { taken, expected: then } of snapshots) expect([...taken]).toEqual(then);
    expect(snapshots.length).toBeGreaterThan(100);
  });

  it('holds a large hole without memory', () => {
    const content = new FileContent();
    content.truncate(4_000_000_000);
    expect(content.allocated).toBe(0);
    expect([...content.view(3_999_999_998, 10)]).toEqual([0, 0]);
    expect(() => content.truncate(2 ** 33)).toThrow('too large');
  });

  it('copies a buffer it shares before it writes', () => {
    const given = Uint8Array.from([1, 2, 3]);
    const content = new FileContent(given);
    expect(content.snapshot()).toBe(given);
    content.write(0, Uint8Array.from([9]));
    expect([...given]).toEqual([1, 2, 3]);
    expect([...content.view(0, 3)]).toEqual([9, 2, 3]);
  });
});
