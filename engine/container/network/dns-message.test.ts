import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuestion, recordType, response, responseCode } from './dns-message.ts';

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(/\s/g, '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

// `Web.Mine`, type A, recursion desired, as glibc asks it, and with an EDNS record as others do.
const query = hex('1234 0100 0001 0000 0000 0000 03 576562 04 4d696e65 00 0001 0001');
const extended = hex('1234 0120 0001 0000 0000 0001 03 776562 00 001c 0001 00 0029 1000 00000000 0000');

describe('DNS messages', () => {
  it('are read', () => {
    expect(parseQuestion(query)).toEqual({ name: 'web.mine', type: recordType.a });
    expect(parseQuestion(extended)).toEqual({ name: 'web', type: recordType.aaaa });
  });

  it('are answered with the question as it was asked', () => {
    const answer = response(query, responseCode.noError, [{ type: 'address', address: [172, 18, 0, 2] }]);
    expect(toHex(answer)).toBe(
      toHex(
        hex(
          '1234 8180 0001 0001 0000 0000 03 576562 04 4d696e65 00 0001 0001' + 'c00c 0001 0001 00000258 0004 ac120002',
        ),
      ),
    );
  });

  it('are refused without what came after the question', () => {
    expect(toHex(response(extended, responseCode.nameError, []))).toBe(
      toHex(hex('1234 8183 0001 0000 0000 0000 03 776562 00 001c 0001')),
    );
  });

  it('carry names', () => {
    const answer = response(query, responseCode.noError, [{ type: 'name', name: 'web.mine' }]);
    expect(toHex(answer.subarray(query.length))).toBe(
      toHex(hex('c00c 000c 0001 00000258 000a 03776562 046d696e65 00')),
    );
  });

  it.each([
    ['a response', '1234 8180 0001 0000 0000 0000 01 61 00 0001 0001'],
    ['two questions', '1234 0100 0002 0000 0000 0000 01 61 00 0001 0001 01 61 00 0001 0001'],
    ['a name that points elsewhere', '1234 0100 0001 0000 0000 0000 c00c 0001 0001'],
    ['a name without end', '1234 0100 0001 0000 0000 0000 05 6162'],
    ['another class', '1234 0100 0001 0000 0000 0000 01 61 00 0001 0003'],
    ['nothing', ''],
  ])('that are %s are none of ours', (_, text) => expect(parseQuestion(hex(text))).toBeUndefined());

  it('of any bytes do no harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        if (parseQuestion(bytes)) response(bytes, responseCode.nameError, []);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
        const message = Uint8Array.from([...hex('1234 0100 0001 0000 0000 0000'), ...tail]);
        const question = parseQuestion(message);
        if (question) expect(parseQuestion(message)?.name.length).toBeLessThan(300);
      }),
    );
  });
});
