/** One entry of `GET /events` (Engine API, "Monitor events"). */
export interface EngineEvent {
  readonly Type: 'container' | 'image' | 'builder' | 'daemon' | 'network' | 'volume';
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly scope: 'local';
  /** Seconds since the epoch. */
  readonly time: number;
  /** Nanoseconds since the epoch, rounded to what a double holds. */
  readonly timeNano: number;
}

/** How many past events `since=` can reach, as in dockerd. */
const REMEMBERED = 256;

/** What happened in the engine, in order, for `/events` and the picture. */
export class EventLog {
  readonly #past: EngineEvent[] = [];
  readonly #listeners = new Set<(event: EngineEvent) => void>();

  publish(
    type: EngineEvent['Type'],
    action: string,
    id: string,
    attributes: Readonly<Record<string, string>> = {},
  ): void {
    const milliseconds = performance.timeOrigin + performance.now();
    const event: EngineEvent = {
      Type: type,
      Action: action,
      Actor: { ID: id, Attributes: attributes },
      scope: 'local',
      time: Math.floor(milliseconds / 1000),
      timeNano: Math.round(milliseconds * 1000) * 1000,
    };
    this.#past.push(event);
    if (this.#past.length > REMEMBERED) this.#past.shift();
    for (const listener of this.#listeners) listener(event);
  }

  /** Past events, oldest first. */
  past(): readonly EngineEvent[] {
    return [...this.#past];
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
