/** Gives each object of a server a number of its own (a qid path), the same for as long as the object lives. */
export class NodeNumbers {
  readonly #numbers = new WeakMap<object, number>();
  #last = 0;

  of(node: object): number {
    const known = this.#numbers.get(node);
    if (known !== undefined) return known;
    const number = this.next();
    this.#numbers.set(node, number);
    return number;
  }

  /** A number that no object has. Below 2^32 for longer than a guest can live, so a 32-bit kernel's inode numbers are unique too. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }
}
