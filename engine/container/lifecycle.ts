import { type ContainerState, type ContainerStatus, ZERO_TIME } from '../api/types.ts';
import { ContainerError, isRestarting, notRunning } from './errors.ts';

/** A container's state as `inspect` shows it, less what follows from `status`. Times are RFC 3339 strings. */
export interface Lifecycle {
  readonly status: ContainerStatus;
  readonly pid: number;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** Why the last start failed; empty if it did not. */
  readonly error: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** What can happen to a container. */
export type Transition =
  | { readonly type: 'started'; readonly pid: number; readonly at: string }
  | { readonly type: 'start-failed'; readonly exitCode: number; readonly error: string }
  | { readonly type: 'exited'; readonly exitCode: number; readonly oomKilled: boolean; readonly at: string }
  /** It exited and its restart policy will start it again. */
  | { readonly type: 'restarting'; readonly exitCode: number; readonly oomKilled: boolean; readonly at: string }
  | { readonly type: 'paused' }
  | { readonly type: 'unpaused' }
  | { readonly type: 'removing' }
  | { readonly type: 'removal-failed'; readonly error: string };

export const CREATED: Lifecycle = {
  status: 'created',
  pid: 0,
  exitCode: 0,
  oomKilled: false,
  error: '',
  startedAt: ZERO_TIME,
  finishedAt: ZERO_TIME,
};

/** Whether a process is there: paused containers run, as far as Docker is concerned. */
export const isRunning = (state: Lifecycle): boolean => state.status === 'running' || state.status === 'paused';

export const isPaused = (state: Lifecycle): boolean => state.status === 'paused';

const FROM: Readonly<Record<Transition['type'], readonly ContainerStatus[]>> = {
  started: ['created', 'exited', 'restarting'],
  'start-failed': ['created', 'exited', 'restarting'],
  exited: ['running', 'paused', 'restarting'],
  restarting: ['running', 'paused', 'restarting'],
  paused: ['running'],
  unpaused: ['paused'],
  removing: ['created', 'exited', 'restarting', 'dead'],
  'removal-failed': ['removing'],
};

/** The state after a transition. Throws a plain Error for one that cannot be: a fault of the caller, not of a user. */
export function next(state: Lifecycle, transition: Transition): Lifecycle {
  if (!FROM[transition.type].includes(state.status)) {
    throw new Error(`a container that is ${state.status} cannot become "${transition.type}"`);
  }
  switch (transition.type) {
    case 'started':
      return {
        ...state,
        status: 'running',
        pid: transition.pid,
        exitCode: 0,
        oomKilled: false,
        error: '',
        startedAt: transition.at,
      };
    case 'start-failed':
      // As in dockerd, a container that never ran stays "created"; one that ran before stays "exited".
      return {
        ...state,
        status: state.startedAt === ZERO_TIME ? 'created' : 'exited',
        pid: 0,
        exitCode: transition.exitCode,
        error: transition.error,
      };
    case 'exited':
    case 'restarting':
      return {
        ...state,
        status: transition.type,
        pid: 0,
        exitCode: transition.exitCode,
        oomKilled: transition.oomKilled,
        finishedAt: transition.at,
      };
    case 'paused':
      return { ...state, status: 'paused' };
    case 'unpaused':
      return { ...state, status: 'running' };
    case 'removing':
      return { ...state, status: 'removing' };
    case 'removal-failed':
      return { ...state, status: 'dead', error: transition.error };
  }
}

/** Refuses what a user may not do now, in dockerd's words. `id` is the full ID; `name` has no leading slash. */
export const guard = {
  start(state: Lifecycle): void {
    if (state.status === 'paused') {
      throw new ContainerError('conflict', 'cannot start a paused container, try unpause instead');
    }
    if (state.status === 'running' || state.status === 'restarting')
      throw new ContainerError('not-modified', 'Container is already started');
    if (state.status === 'removing' || state.status === 'dead') {
      throw new ContainerError('conflict', 'container is marked for removal and cannot be started');
    }
  },
  stop(state: Lifecycle): void {
    if (!isRunning(state) && state.status !== 'restarting') {
      throw new ContainerError('not-modified', 'Container is already stopped');
    }
  },
  running(state: Lifecycle, id: string): void {
    if (!isRunning(state)) throw notRunning(id);
  },
  pause(state: Lifecycle, id: string): void {
    if (state.status === 'restarting') throw isRestarting(id);
    if (!isRunning(state)) throw notRunning(id);
    if (state.status === 'paused') throw new ContainerError('conflict', `Container ${id} is already paused`);
  },
  unpause(state: Lifecycle, id: string): void {
    if (state.status !== 'paused') throw new ContainerError('system', `Container ${id} is not paused`);
  },
  exec(state: Lifecycle, id: string): void {
    if (state.status === 'restarting') throw isRestarting(id);
    if (!isRunning(state)) throw notRunning(id);
    if (state.status === 'paused') {
      throw new ContainerError('conflict', `Container ${id} is paused, unpause the container before exec`);
    }
  },
  attach(state: Lifecycle, name: string): void {
    if (state.status === 'paused') {
      throw new ContainerError('conflict', `container ${name} is paused, unpause the container before attach`);
    }
    if (state.status === 'restarting') {
      throw new ContainerError('conflict', `container ${name} is restarting, wait until the container is running`);
    }
  },
  remove(state: Lifecycle, id: string, name: string, force: boolean): void {
    if (state.status === 'removing') {
      throw new ContainerError('conflict', `removal of container ${id} is already in progress`);
    }
    if (force || !(isRunning(state) || state.status === 'restarting')) return;
    const procedure = 'stop the container before removing or force remove';
    const advice = state.status === 'paused' ? `unpause and then ${procedure}` : procedure;
    throw new ContainerError('conflict', `cannot remove container "/${name}": container is ${state.status}: ${advice}`);
  },
};

/** The `State` of an inspection. */
export function inspectState(state: Lifecycle): ContainerState {
  return {
    Status: state.status,
    Running: isRunning(state) || state.status === 'restarting',
    Paused: state.status === 'paused',
    Restarting: state.status === 'restarting',
    OOMKilled: state.oomKilled,
    Dead: state.status === 'dead',
    Pid: state.pid,
    ExitCode: state.exitCode,
    Error: state.error,
    StartedAt: state.startedAt,
    FinishedAt: state.finishedAt,
  };
}
