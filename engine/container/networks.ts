import type { Network } from '../api/types.ts';
import type { StateStore } from '../stores/state-store.ts';
import { randomId } from './ids.ts';

/** Networks every engine has. Containers on `bridge` have a network namespace of their own, with loopback only. */
const BUILT_IN = [
  { name: 'bridge', driver: 'bridge' },
  { name: 'host', driver: 'host' },
  { name: 'none', driver: 'null' },
] as const;

const KEY = 'networks';

/** What the state store keeps of the built-in networks: they are made once for an engine, as dockerd does. */
interface StoredNetworks {
  /** RFC 3339. */
  readonly created: string;
  /** 64 hex digits by name. */
  readonly ids: Readonly<Record<string, string>>;
}

/** The networks of an engine. */
export class Networks {
  readonly #stored: StoredNetworks;

  private constructor(stored: StoredNetworks) {
    this.#stored = stored;
  }

  /** `now` is an RFC 3339 time. */
  static async open(state: StateStore, now: string): Promise<Networks> {
    const known = (await state.get(KEY)) as StoredNetworks | undefined;
    if (known) return new Networks(known);
    const stored = { created: now, ids: Object.fromEntries(BUILT_IN.map(({ name }) => [name, randomId()])) };
    await state.set(KEY, stored);
    return new Networks(stored);
  }

  /** ID of a network by its name. */
  id(name: string): string | undefined {
    return this.#stored.ids[name];
  }

  /** `GET /networks`. */
  list(): readonly Network[] {
    return BUILT_IN.map(({ name, driver }) => ({
      Name: name,
      Id: this.#stored.ids[name] ?? '',
      Created: this.#stored.created,
      Scope: 'local',
      Driver: driver,
      EnableIPv4: true,
      EnableIPv6: false,
      IPAM: { Driver: 'default', Options: null, Config: name === 'bridge' ? [] : null },
      Internal: false,
      Attachable: false,
      Ingress: false,
      ConfigFrom: { Network: '' },
      ConfigOnly: false,
      Containers: {},
      Options: {},
      Labels: {},
    }));
  }
}
