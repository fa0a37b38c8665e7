import { DockerfileError } from '../dockerfile/error.ts';
import type { CommandLine } from '../dockerfile/index.ts';
import { expandWord, readTrigger, type StageInstruction } from '../dockerfile/index.ts';
import type { ContainerConfig } from '../image/documents.ts';
import { invalidParameter } from './errors.ts';
import { mergeEnvironment } from './runtime/environment.ts';

/** What `docker commit -c` takes (moby, validCommitCommands). */
const ALLOWED = ['cmd', 'entrypoint', 'healthcheck', 'env', 'expose', 'label', 'onbuild', 'user', 'volume', 'workdir'];

/** A configuration with Dockerfile instructions applied to it. Throws ContainerError for one that may not be there. */
export function applyChanges(config: ContainerConfig, changes: readonly string[]): ContainerConfig {
  return changes
    .flatMap((change) => change.split('\n'))
    .filter((line) => line.trim() !== '')
    .reduce((current, line) => apply(current, line.trim()), config);
}

function apply(config: ContainerConfig, line: string): ContainerConfig {
  const keyword = line.split(/\s/, 1)[0]?.toLowerCase() ?? '';
  if (!ALLOWED.includes(keyword)) throw invalidParameter(`${keyword} is not a valid change command`);
  if (keyword === 'onbuild')
    return { ...config, OnBuild: [...(config.OnBuild ?? []), line.slice(keyword.length).trim()] };
  try {
    return applyInstruction(config, readTrigger(line));
  } catch (error) {
    if (error instanceof DockerfileError) throw invalidParameter(error.message);
    throw error;
  }
}

function applyInstruction(config: ContainerConfig, instruction: StageInstruction): ContainerConfig {
  const env = config.Env ?? [];
  const variables = new Map(env.map((entry) => [entry.split('=', 1)[0] ?? '', entry.slice(entry.indexOf('=') + 1)]));
  const expand = (text: string): string => expandWord(text, { variables });
  const argv = (command: CommandLine): readonly string[] =>
    command.form === 'exec' ? command.argv : [...(config.Shell ?? ['/bin/sh', '-c']), command.text];
  switch (instruction.kind) {
    case 'CMD':
      return { ...config, Cmd: argv(instruction.command) };
    case 'ENTRYPOINT':
      return { ...config, Entrypoint: argv(instruction.command) };
    case 'ENV': {
      const pairs = instruction.pairs.map(({ key, value }) => `${expand(key.value)}=${expand(value.value)}`);
      return { ...config, Env: mergeEnvironment(env, pairs) };
    }
    case 'LABEL': {
      const labels = instruction.pairs.map(({ key, value }) => [expand(key.value), expand(value.value)] as const);
      return { ...config, Labels: { ...config.Labels, ...Object.fromEntries(labels) } };
    }
    case 'EXPOSE': {
      const ports = instruction.ports
        .map(({ value }) => expand(value))
        .map((port) => (port.includes('/') ? port : `${port}/tcp`));
      return {
        ...config,
        ExposedPorts: { ...config.ExposedPorts, ...Object.fromEntries(ports.map((port) => [port, {}])) },
      };
    }
    case 'VOLUME': {
      const volumes = instruction.paths.map(({ value }) => [expand(value), {}] as const);
      return { ...config, Volumes: { ...config.Volumes, ...Object.fromEntries(volumes) } };
    }
    case 'USER':
      return { ...config, User: expand(instruction.user.value) };
    case 'WORKDIR': {
      const path = expand(instruction.path.value);
      const absolute = path.startsWith('/') ? path : `${config.WorkingDir || ''}/${path}`;
      return { ...config, WorkingDir: absolute };
    }
    case 'HEALTHCHECK': {
      const { test, interval, timeout, startPeriod, startInterval, retries } = instruction;
      return {
        ...config,
        Healthcheck: {
          Test: test,
          ...(interval && { Interval: interval }),
          ...(timeout && { Timeout: timeout }),
          ...(startPeriod && { StartPeriod: startPeriod }),
          ...(startInterval && { StartInterval: startInterval }),
          ...(retries && { Retries: retries }),
        },
      };
    }
    default:
      throw invalidParameter(`${instruction.kind.toLowerCase()} is not a valid change command`);
  }
}
