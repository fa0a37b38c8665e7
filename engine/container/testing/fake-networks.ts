import type { BridgeSpec, NameQuestion, Networks, SandboxChange } from '../../machine/network.ts';

/** Networks without a guest: they remember what they were told. */
export class FakeNetworks implements Networks {
  readonly bridges = new Map<string, BridgeSpec>();
  readonly changes: { readonly id: string; readonly change: SandboxChange }[] = [];
  /** What the next change fails with. */
  failure: Error | undefined;
  readonly #listeners = new Set<(question: NameQuestion) => void>();

  async addBridge(bridge: BridgeSpec): Promise<void> {
    if (this.bridges.has(bridge.name)) throw new Error(`there is a bridge ${bridge.name}`);
    this.bridges.set(bridge.name, bridge);
  }

  async removeBridge(name: string): Promise<void> {
    this.bridges.delete(name);
  }

  async change(id: string, change: SandboxChange): Promise<void> {
    if (this.failure) throw this.failure;
    this.changes.push({ id, change });
  }

  onQuestion(listener: (question: NameQuestion) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  ask(question: NameQuestion): void {
    for (const listener of this.#listeners) listener(question);
  }
}
