import { RegistryError } from '../errors.ts';
import type { Endpoint } from './endpoint.ts';
import { describeFailure } from './failure.ts';
import { Tokens } from './tokens.ts';

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Names may move, so they are asked for anew each time; blobs never change. */
  readonly isName?: boolean;
}

/** Requests to registries, with the tokens that they want. */
export class Connection {
  readonly #tokens: Tokens;

  constructor(now?: () => number) {
    this.#tokens = new Tokens(now);
  }

  /**
   * Any answer, whatever its status.
   * @param url absolute
   * @param purpose what a token is asked for; one is used again for the same
   * @throws RegistryError `unavailable` if there is none; the signal's reason
   */
  async send(
    endpoint: Endpoint,
    method: string,
    url: string,
    purpose: string,
    options: RequestOptions = {},
  ): Promise<Response> {
    // Only the registry itself is shown its token, not where it sends us to.
    const isHome = url.startsWith(`${endpoint.url}/`);
    const known = isHome ? this.#tokens.known(endpoint, purpose) : undefined;
    const first = await this.#fetch(endpoint, method, url, known, options);
    if (first.status !== 401 || !isHome) return first;
    const authorization = await this.#tokens.obtain(endpoint, purpose, first, options.signal);
    if (authorization === undefined) return first;
    await first.body?.cancel();
    return this.#fetch(endpoint, method, url, authorization, options);
  }

  async #fetch(
    endpoint: Endpoint,
    method: string,
    url: string,
    authorization: string | undefined,
    { headers, body, signal, isName }: RequestOptions,
  ): Promise<Response> {
    try {
      return await endpoint.fetch(url, {
        method,
        headers: { ...headers, ...(authorization ? { Authorization: authorization } : {}) },
        ...(body ? { body: body as BodyInit } : {}),
        ...(isName ? { cache: 'no-cache' } : {}),
        ...(signal ? { signal } : {}),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      const verb = method[0] + method.slice(1).toLowerCase();
      throw new RegistryError('unavailable', `${verb} "${url}": ${describeFailure(cause)}`, { cause });
    }
  }
}
