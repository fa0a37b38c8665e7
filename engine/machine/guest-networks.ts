import { base64, bytesOf } from './base64.ts';
import type { BridgeSpec, NameQuestion, Networks, SandboxChange } from './network.ts';

type Message = Readonly<Record<string, unknown>>;

/** What init tells when a container asks its name server. */
export interface QuestionEvent {
  readonly question: number;
  readonly container: string;
  /** Base64. */
  readonly message: string;
}

/** Networks by init's messages. */
export class GuestNetworks implements Networks {
  readonly #request: (message: Message) => Promise<unknown>;
  readonly #listeners = new Set<(question: NameQuestion) => void>();

  constructor(request: (message: Message) => Promise<unknown>) {
    this.#request = request;
  }

  async addBridge(bridge: BridgeSpec): Promise<void> {
    await this.#request({ op: 'add-bridge', ...bridge });
  }

  async removeBridge(name: string): Promise<void> {
    await this.#request({ op: 'remove-bridge', name });
  }

  async change(id: string, change: SandboxChange): Promise<void> {
    await this.#request({ op: 'network', container: id, change });
  }

  onQuestion(listener: (question: NameQuestion) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param send sends a message of the guest's current life that is not answered */
  asked({ question, container, message }: QuestionEvent, send: (message: Message) => void): void {
    for (const listener of [...this.#listeners]) {
      listener({
        containerId: container,
        message: bytesOf(message),
        answer: (reply) => send({ op: 'answer', question, message: base64(reply) }),
        forward: (servers) => send({ op: 'answer', question, servers }),
      });
    }
  }
}
