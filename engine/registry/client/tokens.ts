import { RegistryError } from '../errors.ts';
import { type Challenge, parseChallenge } from './challenge.ts';
import { type Endpoint, isLoopback } from './endpoint.ts';

/** What a token is good for when its server does not say (token specification, "expires_in"). */
const DEFAULT_SECONDS = 60;
/** Not used any more this long before its end: it has to last for a request. */
const MARGIN = 5_000;

interface Token {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * Bearer tokens for nobody in particular (Distribution Registry v2 authentication via central service): what public
 * registries want even of those who only pull.
 */
export class Tokens {
  readonly #now: () => number;
  readonly #tokens = new Map<string, Token>();

  constructor(now: () => number = () => Date.now()) {
    this.#now = now;
  }

  /** Value of an Authorization header that was good for this before, if it still is. */
  known(endpoint: Endpoint, purpose: string): string | undefined {
    const token = this.#tokens.get(key(endpoint, purpose));
    return token && token.until - MARGIN > this.#now() ? `Bearer ${token.value}` : undefined;
  }

  /**
   * Gets a token as a 401 says. Undefined if it asks for anything but that.
   * @throws RegistryError `unavailable`
   */
  async obtain(
    endpoint: Endpoint,
    purpose: string,
    response: Response,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    const challenge = parseChallenge(response.headers.get('WWW-Authenticate'));
    const url = challenge && tokenUrl(challenge);
    if (!url) return undefined;
    let answer: unknown;
    try {
      const given = await endpoint.fetch(url, signal ? { signal } : {});
      if (!given.ok) {
        await given.body?.cancel();
        return undefined;
      }
      answer = await given.json();
    } catch (cause) {
      signal?.throwIfAborted();
      throw new RegistryError('unavailable', `cannot get a token for ${endpoint.domain}: ${url}`, { cause });
    }
    const { token, access_token: other, expires_in: seconds } = (answer ?? {}) as Record<string, unknown>;
    const value = typeof token === 'string' && token !== '' ? token : other;
    if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) return undefined;
    const lasts = typeof seconds === 'number' && seconds > DEFAULT_SECONDS ? seconds : DEFAULT_SECONDS;
    this.#tokens.set(key(endpoint, purpose), { value, until: this.#now() + lasts * 1000 });
    return `Bearer ${value}`;
  }
}

function key(endpoint: Endpoint, purpose: string): string {
  return `${endpoint.url} ${purpose}`;
}

/** Undefined for another scheme, or a server that a token must not come from over this line. */
function tokenUrl({ scheme, parameters }: Challenge): string | undefined {
  const { realm, service, scope } = parameters;
  if (scheme !== 'bearer' || realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.host));
  if (!isSafe) return undefined;
  if (service !== undefined) url.searchParams.set('service', service);
  for (const each of scope?.split(' ').filter(Boolean) ?? []) url.searchParams.append('scope', each);
  return url.href;
}
