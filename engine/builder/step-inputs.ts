import { sha256 } from '../image/digest.ts';

/** Everything that decides what a step makes. Two steps with the same inputs make the same layer. */
export interface StepInputs {
  /** Chain ID of the layers below; empty for none. */
  readonly parent: string;
  /** The instruction with variables put in. */
  readonly instruction: string;
  /** What else counts, named as a reason names it: `build argument X`, `variable Y`, `USER`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Files that it reads, by path, and their description (see describeSources). */
  readonly files: ReadonlyMap<string, string>;
}

const encoder = new TextEncoder();

/** The key under which a step with these inputs is kept: 64 hex digits. */
export async function cacheKey(inputs: StepInputs): Promise<string> {
  const settings = Object.entries(inputs.settings).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([inputs.parent, inputs.instruction, settings, [...inputs.files]]);
  return (await sha256(encoder.encode(text))).slice('sha256:'.length);
}
