import type { ContainerConfig, History, ImageConfig } from '../image/documents.ts';
import { rfc3339 } from './clock.ts';
import { DEFAULT_PATH, PLATFORM } from './platform.ts';
import type { PendingHistory, StageState } from './stage-state.ts';

/** What `FROM scratch` begins with, as in BuildKit. */
export function scratchConfig(): ContainerConfig {
  return withPath({ WorkingDir: '/' });
}

/** A base image's configuration with a search path, which every stage has. */
export function withPath(config: ContainerConfig): ContainerConfig {
  const { Env = [] } = config;
  if (Env.some((entry) => entry.startsWith('PATH='))) return config;
  return { ...config, Env: [...Env, `PATH=${DEFAULT_PATH}`] };
}

/**
 * The image document of a finished stage, its keys in the order in which BuildKit writes them.
 * @param now microseconds since the epoch, for an image in which nothing has a time
 * @param epoch seconds: given to every step that this build made
 */
export function imageDocument(
  state: StageState,
  options: {
    readonly labels: Readonly<Record<string, string>>;
    readonly now: number;
    readonly epoch: number | undefined;
    /** How many entries of the history came with the base image and are not to be changed. */
    readonly inherited: number;
  },
): Omit<ImageConfig, 'rootfs'> {
  const history = fillTimes(state.history, options);
  const labels = { ...state.config.Labels, ...options.labels };
  const config = { ...state.config, ...(Object.keys(labels).length > 0 ? { Labels: labels } : {}) };
  return {
    architecture: PLATFORM.architecture,
    ...(state.author === undefined ? {} : { author: state.author }),
    config: orderConfig(config),
    created: history.at(-1)?.created ?? rfc3339(options.epoch === undefined ? options.now : options.epoch * 1e6),
    history,
    os: PLATFORM.os,
  };
}

/**
 * Metadata steps take the time of the first layer that this build made after the base, or of the last layer before
 * them, so that a build from the cache gives the image that it gave before.
 */
function fillTimes(
  history: readonly PendingHistory[],
  { epoch, inherited, now }: { readonly epoch: number | undefined; readonly inherited: number; readonly now: number },
): readonly History[] {
  if (epoch !== undefined) {
    const time = rfc3339(epoch * 1e6);
    return history.map((entry, index) => (index < inherited ? entry : { created: time, ...withoutTime(entry) }));
  }
  const untimed = history.findIndex((entry) => entry.created === undefined);
  const firstNew = untimed < 0 ? undefined : history.slice(untimed).find((entry) => entry.created !== undefined);
  let time = firstNew?.created ?? history.findLast((entry) => entry.created !== undefined)?.created ?? rfc3339(now);
  let seenUntimed = false;
  return history.map((entry) => {
    if (entry.created === undefined) {
      seenUntimed = true;
      return { created: time, ...entry };
    }
    if (seenUntimed) time = entry.created;
    return { created: entry.created, ...withoutTime(entry) };
  });
}

function withoutTime({ created: _, ...rest }: PendingHistory): PendingHistory {
  return rest;
}

/** Key order decides the image's ID: that of moby's `DockerOCIImageConfig`. */
function orderConfig(config: ContainerConfig): ContainerConfig {
  const keys = [
    'User',
    'ExposedPorts',
    'Env',
    'Entrypoint',
    'Cmd',
    'Volumes',
    'WorkingDir',
    'Labels',
    'StopSignal',
    'ArgsEscaped',
    'Healthcheck',
    'OnBuild',
    'Shell',
  ] as const;
  const ordered: Record<string, unknown> = {};
  for (const key of keys) {
    const value = config[key];
    const empty = value === undefined || value === null || value === '' || value === false;
    if (empty || (Array.isArray(value) && value.length === 0)) continue;
    // Go writes maps sorted by key.
    ordered[key] = key === 'ExposedPorts' || key === 'Volumes' || key === 'Labels' ? sorted(value) : value;
  }
  return ordered;
}

function sorted(map: unknown): unknown {
  return Object.fromEntries(Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}
