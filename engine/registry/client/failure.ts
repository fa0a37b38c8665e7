/** As much of an error's body as is worth reading. */
const MAX_BODY = 64 * 1024;

/** Why a fetch failed, in the words that Docker's own network library has for it where Node's are known. */
export function describeFailure(cause: unknown): string {
  const error = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  if (!(error instanceof Error)) return String(error);
  const { code, address, port, hostname } = error as Error & Readonly<Record<string, unknown>>;
  if (code === 'ECONNREFUSED') {
    // Several addresses were tried: Node keeps each one's failure.
    const { errors } = error as { errors?: readonly { address?: string; port?: number }[] };
    const at = address === undefined ? errors?.[0] : { address, port };
    return at ? `dial tcp ${at.address}:${at.port}: connect: connection refused` : 'connection refused';
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${hostname}: no such host`;
  return error.message || error.name;
}

/** What a registry says went wrong (distribution-spec 1.1, "Error Codes"). */
export interface Refusal {
  /** `NAME_UNKNOWN`; undefined if the answer has no such body. */
  readonly code?: string;
  /** As Docker prints it: `name unknown: repository name not known to registry`; else the status. */
  readonly text: string;
}

/** Reads the body of an answer that is no success. Never rejects. */
export async function readRefusal(response: Response): Promise<Refusal> {
  const status = `received unexpected HTTP status: ${`${response.status} ${response.statusText}`.trim()}`;
  try {
    const length = Number(response.headers.get('Content-Length') ?? 0);
    if (length > MAX_BODY) throw new Error('too long to be an error');
    const { errors } = (await response.json()) as { errors?: readonly { code?: unknown; message?: unknown }[] };
    const [first] = errors ?? [];
    if (typeof first?.code !== 'string') return { text: status };
    const words = first.code.toLowerCase().replaceAll('_', ' ');
    const message = typeof first.message === 'string' && first.message !== '' ? first.message : words;
    return { code: first.code, text: `${words}: ${message}` };
  } catch {
    await response.body?.cancel().catch(() => undefined);
    return { text: status };
  }
}
