import type { QuestionEvent } from './guest-networks.ts';
import { type Frame, frameType, streamNumber } from './link/frame.ts';
import { Link } from './link/link.ts';
import type { GuestProcess, Invocation, UpperChange } from './machine.ts';
import type { GuestEvent, Reply } from './messages.ts';
import { RemoteProcess } from './process.ts';
import { replyError } from './reply-error.ts';
import { StubInvocation } from './stub.ts';

export interface GuestSessionOptions {
  /** Hands one message of at most 4096 bytes to the guest's console device. */
  readonly transmit: (bytes: Uint8Array) => void;
  readonly onChange: (change: UpperChange) => void;
  readonly onInvocation: (invocation: Invocation) => void;
  /** `send` sends a message that is not answered. */
  readonly onQuestion: (question: QuestionEvent, send: (message: Readonly<Record<string, unknown>>) => void) => void;
  readonly onBooted?: () => void;
}

interface Pending {
  readonly starting: boolean;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** One life of the guest: requests under way, processes and invocations, from resume to crash, restart or stop. */
export class GuestSession {
  readonly #options: GuestSessionOptions;
  readonly #link: Link;
  readonly #pending = new Map<number, Pending>();
  readonly #processes = new Map<number, RemoteProcess>();
  readonly #invocations = new Map<number, StubInvocation>();
  #requests = 0;
  /** Odd: even ones are the guest's to give. */
  #lastSession = -1;
  #failure: Error | undefined;

  constructor(options: GuestSessionOptions) {
    this.#options = options;
    this.#link = new Link(options.transmit, {
      control: (message) => this.#control(message),
      frame: (frame) => this.#frame(frame),
    });
  }

  /** Takes what the guest wrote on the link. */
  receive(bytes: Uint8Array): void {
    if (this.#failure === undefined) this.#link.receive(bytes);
  }

  /** Frames that came from the guest so far: moves on while it is alive. */
  get received(): number {
    return this.#link.received;
  }

  get waiting(): boolean {
    return this.#pending.size > 0;
  }

  request(message: Readonly<Record<string, unknown>>): Promise<Reply> {
    return this.#ask(message, false);
  }

  async start(message: Readonly<Record<string, unknown>>, tty: boolean): Promise<GuestProcess> {
    this.#lastSession += 2;
    const session = this.#lastSession;
    const process = new RemoteProcess(this.#link, session, tty);
    this.#processes.set(session, process);
    try {
      const { pid = 0 } = await this.#ask({ ...message, session }, true);
      process.started(pid);
      return process;
    } catch (error) {
      this.#processes.delete(session);
      throw error;
    }
  }

  /** Asks for a sign of life, which shows in {@link received}. */
  ping(): void {
    this.#link.control({ op: 'ping', id: 0 });
  }

  /** Everything under way rejects with this. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const pending of this.#pending.values()) pending.reject(error);
    for (const process of this.#processes.values()) process.fail(error);
    for (const invocation of this.#invocations.values()) invocation.gone(error);
    this.#pending.clear();
    this.#processes.clear();
    this.#invocations.clear();
  }

  #tell(message: Readonly<Record<string, unknown>>): void {
    if (this.#failure === undefined) this.#link.control(message);
  }

  #ask(message: Readonly<Record<string, unknown>>, starting: boolean): Promise<Reply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = ++this.#requests;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { starting, resolve, reject });
      this.#link.control({ ...message, id });
    });
  }

  #control(text: string): void {
    let message: Reply | GuestEvent;
    try {
      message = JSON.parse(text);
    } catch {
      // Only a stub's message can be: any program in the guest may speak on its socket.
      return;
    }
    if ('re' in message) this.#reply(message);
    else this.#event(message);
  }

  #reply(reply: Reply): void {
    const pending = this.#pending.get(reply.re);
    if (pending === undefined) return;
    this.#pending.delete(reply.re);
    if (reply.error) pending.reject(replyError(reply.error, pending.starting));
    else pending.resolve(reply);
  }

  #event(event: GuestEvent): void {
    switch (event.event) {
      case 'booted':
        this.#options.onBooted?.();
        break;
      case 'exit':
        this.#processes.get(event.session)?.exited({ code: event.code, oomKilled: event.oom });
        break;
      case 'changes':
        for (const [containerId, path, kind] of event.changes) this.#options.onChange({ containerId, path, kind });
        break;
      case 'invocation': {
        const invocation = new StubInvocation(this.#link, event.session, event.message);
        this.#invocations.set(event.session, invocation);
        this.#options.onInvocation(invocation);
        break;
      }
      case 'question':
        this.#options.onQuestion(event, (message) => this.#tell(message));
        break;
      case 'stub':
        this.#invocations.get(event.session)?.event(event.message);
        break;
      case 'hangup':
        this.#invocations.get(event.session)?.gone();
        this.#invocations.delete(event.session);
    }
  }

  #frame(frame: Frame): void {
    const session = frame.stream >>> 2;
    const stream = frame.stream & 3;
    const process = this.#processes.get(session);
    if (process) {
      processFrame(process, stream, frame);
      return;
    }
    const invocation = this.#invocations.get(session);
    if (invocation) invocationFrame(invocation, stream, frame);
  }
}

function creditOf(frame: Frame): number {
  const { payload } = frame;
  return new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(0, true);
}

function processFrame(process: RemoteProcess, stream: number, frame: Frame): void {
  if (frame.type === frameType.data) process.output(stream)?.push(frame.payload);
  else if (frame.type === frameType.end) process.output(stream)?.end();
  else if (stream !== streamNumber.stdin) return;
  else if (frame.type === frameType.credit) process.credit(creditOf(frame));
  else if (frame.type === frameType.cancel) process.inputClosed();
}

function invocationFrame(invocation: StubInvocation, stream: number, frame: Frame): void {
  if (frame.type === frameType.credit) invocation.output(stream)?.give(creditOf(frame));
  else if (stream !== streamNumber.stdin) return;
  else if (frame.type === frameType.data) invocation.input.push(frame.payload);
  else if (frame.type === frameType.end) invocation.input.end();
}
