import type { GuestSession } from './guest-session.ts';

export interface WatchdogOptions {
  readonly session: GuestSession;
  /** Instructions that the guest has run, modulo 2^32. */
  readonly instructions: () => number;
  readonly onDead: (reason: string) => void;
}

/** Milliseconds between looks. */
const period = 5000;
/**
 * Looks in a row without a word from the guest while a request waits and a ping was sent: a minute. Counted, not timed, since a page in the
 * background may hardly run at all. Init is served before others, so a merely busy guest answers long before.
 */
const patience = 12;

/**
 * Notices a guest that answers nothing any more. Panics are told by the kernel itself; this is for what they leave out.
 * An idle guest is not disturbed: it looks only while something waits for an answer.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #silent = 0;
  #received = 0;
  #instructions = 0;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), period);
    // In Node a machine alone must not keep the process from ending.
    const timer: unknown = this.#timer;
    if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
      timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { session, instructions, onDead } = this.#options;
    const ran = instructions() !== this.#instructions;
    this.#instructions = instructions();
    if (!session.waiting || session.received !== this.#received) {
      this.#received = session.received;
      this.#silent = 0;
      return;
    }
    if (this.#silent === 0) session.ping();
    if (++this.#silent < patience) return;
    this.stop();
    onDead(ran ? 'the machine is busy but does not answer' : 'the machine does not answer');
  }
}
