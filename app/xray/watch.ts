import type { BuildEvent, TransferEvent } from '../../engine/api/lab/types.ts';
import type { HistoryItem, ImageInspect } from '../../engine/api/types.ts';
import type { Engine } from '../engine/engine-store.ts';
import { LabError } from '../engine/lab-client.ts';
import { applyChange } from './model/changes.ts';
import {
  type Change,
  changeOf,
  containerFact,
  containersByAge,
  type Facts,
  type ImageFact,
  imageFact,
  imagesByAge,
} from './model/facts.ts';

/** Live changes are believed at once, and checked against the engine when they have stopped for this long. */
const SETTLE_MS = 400;
/** How often writable layers are read again where the engine does not tell of changes (a Docker daemon). */
const POLL_MS = 2000;
const RETRY_MS = 1000;

/** Events after which nothing in the picture can have changed. */
const UNSEEN = /^(exec_create|exec_start|attach|detach|resize|top)\b/;

/** Who is told what the engine holds and does. */
export interface EngineListener {
  facts(facts: Facts): void;
  build(event: BuildEvent): void;
  transfer(event: TransferEvent): void;
  /** Layers that only the build cache had are gone. */
  cachePruned(): void;
}

/**
 * Reads what the engine holds, now and after each change, until `signal` aborts. Lists are read again after events;
 * what an image is made of is read once, because images do not change.
 */
export function watchEngine(engine: Engine, listener: EngineListener, signal: AbortSignal): void {
  const watcher = new Watcher(engine, listener, signal);
  void watcher.followEvents();
  void watcher.followChanges();
  void watcher.follow(
    (lab, until) => lab.builds(until),
    (event) => listener.build(event),
  );
  void watcher.follow(
    (lab, until) => lab.transfers(until),
    (event) => listener.transfer(event),
  );
}

class Watcher {
  readonly #engine: Engine;
  readonly #listener: EngineListener;
  readonly #signal: AbortSignal;
  readonly #known = new Map<string, { readonly inspect: ImageInspect; readonly history: readonly HistoryItem[] }>();
  /** In which order images came, by ID. */
  readonly #places = new Map<string, number>();
  /** By container ID. */
  readonly #changes = new Map<string, readonly Change[]>();
  readonly #stale = new Set<string>();
  readonly #settling = new Map<string, ReturnType<typeof setTimeout>>();
  #facts: Facts | null = null;
  #reading: Promise<void> | null = null;
  #again = false;

  constructor(engine: Engine, listener: EngineListener, signal: AbortSignal) {
    this.#engine = engine;
    this.#listener = listener;
    this.#signal = signal;
  }

  async followEvents(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        const events = await this.#engine.docker.system.events({ signal: this.#signal });
        // Subscribed before the first look, so nothing falls between the two.
        void this.refresh();
        for await (const event of events) {
          if (UNSEEN.test(event.Action)) continue;
          if (event.Type === 'container') this.#stale.add(event.Actor.ID);
          if (event.Type === 'container' || event.Type === 'image') void this.refresh();
          if (event.Type === 'builder' && event.Action === 'prune') this.#listener.cachePruned();
        }
      } catch {
        // The engine is away (restarting, gone): ask again until it is back or the page is.
      }
      await this.#pause(RETRY_MS);
    }
  }

  async followChanges(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        for await (const { containerId, ...change } of await this.#engine.lab.containerChanges(this.#signal)) {
          this.#apply(containerId, change);
        }
        await this.#pause(RETRY_MS);
      } catch {
        // No such route, as on a Docker daemon, or no answer for now: look for ourselves.
        await this.#pause(POLL_MS);
        for (const { id, state } of this.#facts?.containers ?? []) if (state === 'running') this.#stale.add(id);
        if (this.#stale.size > 0) void this.refresh();
      }
    }
  }

  /** Passes on what the engine does, of things that end with an image. */
  async follow<E extends object>(
    open: (lab: Engine['lab'], signal: AbortSignal) => Promise<AsyncIterable<E>>,
    tell: (event: E) => void,
  ): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        for await (const event of await open(this.#engine.lab, this.#signal)) {
          // The image is in the picture before its build is done, so that nothing goes and comes back.
          if ('end' in event) await Promise.race([this.refresh(), this.#pause(RETRY_MS)]);
          tell(event);
        }
      } catch (error) {
        // A Docker daemon has no such route: the picture goes without.
        if (error instanceof LabError && error.status === 404) return;
      }
      await this.#pause(RETRY_MS);
    }
  }

  #apply(id: string, change: Parameters<typeof applyChange>[1]): void {
    const changes = applyChange(this.#changes.get(id) ?? [], change);
    this.#changes.set(id, changes);
    if (this.#facts) {
      const containers = this.#facts.containers.map((fact) => (fact.id === id ? { ...fact, changes } : fact));
      this.#tell({ ...this.#facts, containers });
    }
    clearTimeout(this.#settling.get(id));
    this.#settling.set(
      id,
      setTimeout(() => {
        this.#settling.delete(id);
        this.#stale.add(id);
        void this.refresh();
      }, SETTLE_MS),
    );
  }

  /** Reads the lists; calls while it reads make it read once more. Resolves when what was there at the call is told. */
  refresh(): Promise<void> {
    this.#again = true;
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        const facts = await this.#read();
        if (this.#signal.aborted) return;
        this.#tell(facts);
      }
    } catch {
      // Something was removed between list and look, or the engine went away: its event brings us back.
      setTimeout(() => this.#signal.aborted || void this.refresh(), RETRY_MS);
    }
  }

  async #read(): Promise<Facts> {
    const { docker } = this.#engine;
    const [images, containers] = await Promise.all([docker.images.list(), docker.containers.list({ all: true })]);
    const listed = await Promise.all(images.map(async (summary) => this.#image(summary.Id, summary)));
    // A container may stand on an image that the list hides: the parent of another, or one whose tag has moved.
    const missing = new Set(containers.map(({ ImageID }) => ImageID));
    for (const { id } of listed) missing.delete(id);
    const hidden = await Promise.all(
      [...missing].map(async (id) => this.#image(id, { RepoTags: [], Created: 0, Size: 0 })),
    );
    const facts = await Promise.all(
      containers.map(async (summary) => containerFact(summary, await this.#containerChanges(summary.Id))),
    );
    for (const id of this.#changes.keys()) if (!containers.some(({ Id }) => Id === id)) this.#changes.delete(id);
    return { images: this.#inPlace([...listed, ...hidden]), containers: containersByAge(facts) };
  }

  /** By age, but none goes before one that was there when it came: what stands in the picture keeps its place. */
  #inPlace(images: readonly ImageFact[]): readonly ImageFact[] {
    const sorted = imagesByAge(images);
    for (const { id } of sorted) if (!this.#places.has(id)) this.#places.set(id, this.#places.size);
    return sorted.toSorted((a, b) => (this.#places.get(a.id) ?? 0) - (this.#places.get(b.id) ?? 0));
  }

  async #image(id: string, summary: Parameters<typeof imageFact>[0]): Promise<ImageFact> {
    let known = this.#known.get(id);
    if (!known) {
      const { images } = this.#engine.docker;
      const [inspect, history] = await Promise.all([images.inspect(id), images.history(id)]);
      known = { inspect, history };
      this.#known.set(id, known);
    }
    const created = summary.Created || Date.parse(known.inspect.Created ?? '') / 1000 || 0;
    return imageFact(
      { ...summary, Created: created, Size: summary.Size || known.inspect.Size },
      known.inspect,
      known.history,
    );
  }

  async #containerChanges(id: string): Promise<readonly Change[]> {
    const known = this.#changes.get(id);
    if (known && !this.#stale.delete(id)) return known;
    this.#stale.delete(id);
    let changes: readonly Change[];
    try {
      changes = (await this.#engine.docker.containers.changes(id)).map(changeOf);
    } catch {
      // Just removed, or its machine has stopped: the rest of the picture must not wait for it.
      return known ?? [];
    }
    // What came in while we read is newer than the answer; its own check will follow.
    if (this.#settling.has(id) && known) return this.#changes.get(id) ?? changes;
    this.#changes.set(id, changes);
    return changes;
  }

  #tell(facts: Facts): void {
    this.#facts = facts;
    this.#listener.facts(facts);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}
