/** Where one registry is asked. */
export interface Endpoint {
  /** The registry's host as in references: `docker.io`, `localhost:5000`. */
  readonly domain: string;
  /** URL that `/v2/` is under, without a slash at its end. */
  readonly url: string;
  /**
   * `mirror`: may be static files, so nothing is asked for but GET, and no Content-Type is relied on; nobody can push to
   * it. `own`: this engine's registry, in the same process. `network`: anybody's.
   */
  readonly kind: 'mirror' | 'own' | 'network';
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
}

/** The engine's own registry. */
export interface OwnRegistry {
  /** Names that it goes by in references: `localhost:5000`, `127.0.0.1:5000`. */
  readonly hosts: readonly string[];
  fetch(request: Request): Promise<Response>;
}

export interface EndpointOptions {
  readonly fetch: typeof fetch;
  /** Registries that are found elsewhere: host as in references (`docker.io`) to the URL that `/v2/` is under. */
  readonly mirrors: Readonly<Record<string, string>>;
  readonly own?: OwnRegistry;
  /** Whether any other registry may be asked over the network. A page may not: no registry would let it. */
  readonly network?: boolean;
}

/** Undefined for a registry that cannot be reached. */
export function endpointOf(domain: string, { fetch, mirrors, own, network }: EndpointOptions): Endpoint | undefined {
  // A browser's own fetch refuses to be called as a method of anything else.
  const plain: Endpoint['fetch'] = (url, init) => fetch(url, init);
  const mirror = Object.hasOwn(mirrors, domain) ? mirrors[domain] : undefined;
  if (mirror !== undefined) return { domain, url: mirror.replace(/\/+$/, ''), kind: 'mirror', fetch: plain };
  const url = `${isLoopback(domain) ? 'http' : 'https'}://${domain}`;
  if (own?.hosts.includes(domain)) {
    return { domain, url, kind: 'own', fetch: (to, init) => own.fetch(new Request(to, init)) };
  }
  return network ? { domain, url, kind: 'network', fetch: plain } : undefined;
}

/** Registries on this computer speak plain HTTP, as Docker takes them to. */
export function isLoopback(domain: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(domain);
}

/** The registries that can be reached, for people: `docker.io and localhost:5000`. */
export function reachable({ mirrors, own }: EndpointOptions): string {
  const hosts = [...Object.keys(mirrors), ...(own?.hosts.slice(0, 1) ?? [])];
  return hosts.join(' and ') || 'no registry';
}
