import type { BuildMessage } from '../../api/types.ts';
import { PROGRESS_MESSAGE_ID } from '../../api/types.ts';
import type { Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { humanSize } from '../format/quantity.ts';
import { type BuildOutcome, type ProgressMode, showBuild } from '../progress/build-output.ts';
import { showMessages } from '../progress/json-messages.ts';

/** Drydock's engine tells events; any other, the classic text. The first message tells which. Throws CliError. */
export async function showMessagesOfBuild(
  session: Session,
  messages: AsyncIterable<BuildMessage>,
  mode: ProgressMode,
  contextBytes: number,
): Promise<BuildOutcome> {
  const iterator = messages[Symbol.asyncIterator]();
  const first = await iterator.next();
  const all = async function* (): AsyncGenerator<BuildMessage> {
    if (!first.done) yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  };
  if (first.done || first.value.id === PROGRESS_MESSAGE_ID) return showBuild(session, all(), mode);
  let id: string | undefined;
  const columns = session.context.size.columns;
  const onAux = ({ aux }: BuildMessage): void => {
    id = (aux as { ID?: string }).ID;
  };
  if (mode === 'quiet') {
    // A quiet classic build says the ID as text and nothing else.
    for await (const message of all()) {
      if (message.error !== undefined) throw new CliError(message.error, message.errorDetail?.code ?? 1);
      if (message.aux !== undefined) onAux(message);
      else if (message.stream?.startsWith('sha256:')) id = message.stream.trim();
    }
  } else {
    await session.out.write(`Sending build context to Docker daemon  ${humanSize(contextBytes)}\r\r\n`);
    await showMessages(all(), session.out, { columns, onAux });
  }
  return { id, archive: undefined, inspection: undefined };
}
