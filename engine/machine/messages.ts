import type { StartError } from './errors.ts';
import type { QuestionEvent } from './guest-networks.ts';
import type { PathKind, UpperChange } from './machine.ts';
import type { StubEvent, StubHello } from './stub.ts';

/** Why init did not do what it was asked. */
export interface ReplyError {
  readonly stage: StartError['stage'] | 'not-running';
  readonly errno: number;
  readonly subject: string;
  readonly message: string;
}

/** The answer to the request with this number. */
export interface Reply {
  readonly re: number;
  readonly error?: ReplyError;
  readonly pid?: number;
  readonly pids?: readonly number[];
  readonly kind?: PathKind;
}

/** What init tells by itself. */
export type GuestEvent =
  | { readonly event: 'booted' }
  | { readonly event: 'exit'; readonly session: number; readonly code: number; readonly oom: boolean }
  | { readonly event: 'changes'; readonly changes: readonly (readonly [string, string, UpperChange['kind']])[] }
  | ({ readonly event: 'question' } & QuestionEvent)
  | { readonly event: 'invocation'; readonly session: number; readonly message: StubHello }
  | { readonly event: 'stub'; readonly session: number; readonly message: StubEvent }
  | { readonly event: 'hangup'; readonly session: number };
