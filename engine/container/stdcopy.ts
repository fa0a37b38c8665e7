/** The stream a piece of output belongs to, with the number that Docker's multiplexing gives it. */
export type StreamName = 'stdin' | 'stdout' | 'stderr';

const NUMBERS: Readonly<Record<StreamName, number>> = { stdin: 0, stdout: 1, stderr: 2 };

/** One frame of a multiplexed stream: `[stream, 0, 0, 0, length as 32-bit big endian]`, then the bytes (Engine API, attach). */
export function frame(stream: StreamName, data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(8 + data.length);
  framed[0] = NUMBERS[stream];
  new DataView(framed.buffer).setUint32(4, data.length);
  framed.set(data, 8);
  return framed;
}
