/** Types of records (RFC 1035, 3.2.2; AAAA: RFC 3596). */
export const recordType = { a: 1, ptr: 12, mx: 15, aaaa: 28 } as const;

/** Codes of answers (RFC 1035, 4.1.1). */
export const responseCode = { noError: 0, formatError: 1, nameError: 3, notImplemented: 4 } as const;

const HEADER_BYTES = 12;
const INTERNET = 1;
/** Answers over UDP have no more bytes than this without extensions (RFC 1035, 4.2.1); ours never come near. */
const MOST_LABELS = 127;
/** Seconds that Docker's name server lets its answers be kept. */
const TTL = 600;

export interface Question {
  /** Without the dot at the end, in lower case. */
  readonly name: string;
  readonly type: number;
}

export type Answer =
  | { readonly type: 'address'; readonly address: readonly [number, number, number, number] }
  | { readonly type: 'name'; readonly name: string };

/** The one question of a query. Undefined for what is no query with one question. */
export function parseQuestion(message: Uint8Array): Question | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  const view = viewOf(message);
  const isResponse = (view.getUint16(2) & 0x8000) !== 0;
  if (isResponse || view.getUint16(4) !== 1) return undefined;
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = message[at];
    // Names in questions are never compressed.
    if (length === undefined || length > 63 || labels.length > MOST_LABELS) return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(new TextDecoder('latin1').decode(message.subarray(at, at + length)).toLowerCase());
    at += length;
  }
  if (at + 4 > message.length || view.getUint16(at + 2) !== INTERNET) return undefined;
  return { name: labels.join('.'), type: view.getUint16(at) };
}

/** Where the question ends. Only for messages that {@link parseQuestion} has understood. */
function questionEnd(message: Uint8Array): number {
  let at = HEADER_BYTES;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) at += 1 + length;
  return at + 5;
}

/** The answer to a query that {@link parseQuestion} has understood. */
export function response(query: Uint8Array, code: number, answers: readonly Answer[]): Uint8Array {
  const end = questionEnd(query);
  const records = answers.map(record);
  const message = new Uint8Array(end + records.reduce((sum, { length }) => sum + length, 0));
  message.set(query.subarray(0, end));
  const view = viewOf(message);
  // A response, with the query's opcode and its wish for recursion, which is available.
  const asked = view.getUint16(2);
  view.setUint16(2, 0x8000 | (asked & 0x7900) | 0x80 | code);
  view.setUint16(6, records.length);
  // Neither authorities nor additional records, such as the query's own.
  view.setUint32(8, 0);
  let at = end;
  for (const bytes of records) {
    message.set(bytes, at);
    at += bytes.length;
  }
  return message;
}

/** A record about the name in the question. */
function record(answer: Answer): Uint8Array {
  const data = answer.type === 'address' ? Uint8Array.from(answer.address) : encodeName(answer.name);
  const bytes = new Uint8Array(12 + data.length);
  const view = viewOf(bytes);
  view.setUint16(0, 0xc000 | HEADER_BYTES);
  view.setUint16(2, answer.type === 'address' ? recordType.a : recordType.ptr);
  view.setUint16(4, INTERNET);
  view.setUint32(6, TTL);
  view.setUint16(10, data.length);
  bytes.set(data, 12);
  return bytes;
}

function encodeName(name: string): Uint8Array {
  const labels = name.split('.').map((label) => new TextEncoder().encode(label).subarray(0, 63));
  return Uint8Array.from([...labels.flatMap((label) => [label.length, ...label]), 0]);
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
