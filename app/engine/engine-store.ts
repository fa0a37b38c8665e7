import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { EngineClient } from '../../engine/api/client/index.ts';
import type { Host, HostError, HostErrorCode } from '../../engine/hosts/host.ts';
import { LabClient } from './lab-client.ts';

/** What the page can say to the engine once it runs. */
export interface Engine {
  readonly docker: EngineClient;
  readonly lab: LabClient;
}

export type EngineStatus =
  | { readonly phase: 'starting'; readonly step: string; readonly loaded?: number; readonly total?: number }
  | { readonly phase: 'running' }
  | { readonly phase: 'restarting' }
  /** The machine broke; the engine still answers and can restart it. */
  | { readonly phase: 'crashed'; readonly reason: string }
  /** The engine never started. */
  | { readonly phase: 'failed'; readonly code: HostErrorCode; readonly message: string };

export interface EngineState {
  readonly status: EngineStatus;
  readonly engine: Engine | null;
  /** Milliseconds from the start of the navigation until the engine answered; null before. */
  readonly readyAfter: number | null;
  /** Counts starts of the machine: what lived in the old one (shells) is gone when it changes. */
  readonly generation: number;
}

export const engineStore = createStore<EngineState>(() => ({
  status: { phase: 'starting', step: 'Starting the engine' },
  engine: null,
  readyAfter: null,
  generation: 0,
}));

export const useEngine = <T>(select: (state: EngineState) => T): T => useStore(engineStore, select);

let started = false;

/** Starts the page's engine; later calls do nothing. Never rejects: what goes wrong is in the store. */
export async function startEngine(findHost: () => Host): Promise<void> {
  if (started) return;
  started = true;
  try {
    const host = findHost();
    host.onState((state, reason) => {
      if (state === 'crashed') {
        engineStore.setState({ status: { phase: 'crashed', reason: reason ?? 'The machine stopped answering.' } });
      } else if (state === 'running' && engineStore.getState().status.phase === 'crashed') {
        running();
      }
    });
    const transport = await host.start((progress) => {
      if (engineStore.getState().status.phase === 'starting') {
        engineStore.setState({ status: { phase: 'starting', ...progress } });
      }
    });
    engineStore.setState({
      engine: { docker: new EngineClient(transport), lab: new LabClient(transport) },
      readyAfter: performance.now(),
    });
    running();
  } catch (error) {
    engineStore.setState({ status: failure(error) });
  }
}

/** Puts the machine back to its snapshot; images and workspace stay. */
export async function restartMachine(): Promise<void> {
  const { engine, status } = engineStore.getState();
  if (!engine || status.phase === 'restarting') return;
  engineStore.setState({ status: { phase: 'restarting' } });
  try {
    await engine.lab.restartMachine();
    running();
  } catch (error) {
    engineStore.setState({ status: { phase: 'crashed', reason: messageOf(error) } });
  }
}

function running(): void {
  engineStore.setState(({ generation }) => ({ status: { phase: 'running' }, generation: generation + 1 }));
}

function failure(error: unknown): EngineStatus {
  // By name: the host may come from the boot script, whose HostError is another class than ours.
  const code = error instanceof Error && error.name === 'HostError' ? (error as HostError).code : 'boot-failed';
  return { phase: 'failed', code, message: messageOf(error) };
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
