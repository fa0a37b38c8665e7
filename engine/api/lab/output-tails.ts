import type { VertexLog } from '../../builder/progress.ts';

/** UTF-16 code units kept of each step's output. */
const KEPT = 4000;

/** The end of what each step of a build printed. */
export class OutputTails {
  readonly #tails = new Map<string, { readonly decoder: TextDecoder; text: string }>();

  add({ vertex, data }: Pick<VertexLog, 'vertex' | 'data'>): void {
    const tail = this.#tails.get(vertex) ?? { decoder: new TextDecoder(), text: '' };
    this.#tails.set(vertex, tail);
    tail.text = (tail.text + tail.decoder.decode(data, { stream: true })).slice(-KEPT);
  }

  /** Whole lines, if more was printed than is kept. */
  of(vertex: string): string {
    const text = this.#tails.get(vertex)?.text ?? '';
    return text.length < KEPT ? text : text.slice(text.indexOf('\n') + 1);
  }
}
