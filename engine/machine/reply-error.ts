import { MachineError, StartError } from './errors.ts';
import type { ReplyError } from './messages.ts';

/** The error that a reply of init stands for. */
export function replyError(error: ReplyError, starting: boolean): MachineError {
  const { stage, errno, subject } = error;
  if (stage === 'not-running') return new MachineError('not-running', error.message);
  if (starting || stage === 'network') return new StartError(stage, errno, subject, error.message);
  const noEntry = 2;
  return new MachineError(errno === noEntry ? 'not-found' : 'guest', `${error.message}${subject && ` (${subject})`}`);
}
