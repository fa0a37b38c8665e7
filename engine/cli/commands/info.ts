import { EngineUnreachableError } from '../../api/client/errors.ts';
import type { Info } from '../../api/types.ts';
import { defineCommand } from '../command.ts';
import { flag } from '../flags/flag.ts';
import { binarySize } from '../format/quantity.ts';
import { formatTemplate } from '../format/single.ts';
import { FORMAT_USAGE } from '../options/format-usage.ts';
import { CLI_VERSION } from '../release.ts';

export const info = defineCommand({
  summary: 'Display system-wide information',
  aliases: 'docker system info, docker info',
  arity: { min: 0, max: 0 },
  flags: [flag('format', 'string', FORMAT_USAGE, 'f')],
  async run({ client, out, err }, { flags }) {
    const ClientInfo = { Debug: false, Version: CLI_VERSION, Context: 'default', Plugins: [], Warnings: null };
    const head = `Client: Drydock\n Version:    ${CLI_VERSION}\n Context:    default\n Debug Mode: false\n\n`;
    let engine: Info;
    try {
      engine = await client.system.info();
    } catch (error) {
      if (!(error instanceof EngineUnreachableError)) throw error;
      if (!flags.format) await out.write(`${head}Server:\n`);
      await err.line(flags.format ? error.message : `${error.message}\nerrors pretty printing info`);
      return 1;
    }
    if (flags.format) await out.line(formatTemplate(flags.format)({ ...engine, ClientInfo }));
    else {
      await out.write(`${head}Server:\n${serverText(engine)}\n`);
      for (const warning of engine.Warnings ?? []) await err.line(warning);
    }
    return 0;
  },
});

function serverText(engine: Info): string {
  const plugins = Object.entries(engine.Plugins).filter(([, names]) => names && names.length > 0);
  const lines: (string | undefined)[] = [
    `Containers: ${engine.Containers}`,
    ` Running: ${engine.ContainersRunning}`,
    ` Paused: ${engine.ContainersPaused}`,
    ` Stopped: ${engine.ContainersStopped}`,
    `Images: ${engine.Images}`,
    line('Server Version', engine.ServerVersion),
    line('Storage Driver', engine.Driver),
    ...(engine.DriverStatus ?? []).map(([key, value]) => ` ${key}: ${value}`),
    line('Logging Driver', engine.LoggingDriver),
    line('Cgroup Driver', engine.CgroupDriver),
    line('Cgroup Version', engine.CgroupVersion),
    'Plugins:',
    ...plugins.map(([kind, names]) => ` ${kind}: ${(names ?? []).join(' ')}`),
    line('Swarm', engine.Swarm?.LocalNodeState),
    engine.OSType === 'linux'
      ? `Runtimes: ${Object.keys(engine.Runtimes ?? {})
          .sort()
          .join(' ')}`
      : undefined,
    line('Default Runtime', engine.DefaultRuntime),
    line('Init Binary', engine.InitBinary),
    `containerd version: ${engine.ContainerdCommit?.ID || 'N/A'}`,
    `runc version: ${engine.RuncCommit?.ID || 'N/A'}`,
    `init version: ${engine.InitCommit?.ID || 'N/A'}`,
    ...securityOptions(engine.SecurityOptions ?? []),
    line('Kernel Version', engine.KernelVersion),
    line('Operating System', engine.OperatingSystem),
    line('OSType', engine.OSType),
    line('Architecture', engine.Architecture),
    `CPUs: ${engine.NCPU}`,
    `Total Memory: ${binarySize(engine.MemTotal)}`,
    line('Name', engine.Name),
    line('ID', engine.ID),
    line('Docker Root Dir', engine.DockerRootDir),
    `Debug Mode: ${engine.Debug}`,
    line('HTTP Proxy', engine.HttpProxy),
    line('HTTPS Proxy', engine.HttpsProxy),
    line('No Proxy', engine.NoProxy),
    ...((engine.Labels ?? []).length > 0 ? ['Labels:', ...(engine.Labels ?? []).map((label) => ` ${label}`)] : []),
    `Experimental: ${engine.ExperimentalBuild}`,
    ...((engine.RegistryConfig?.InsecureRegistryCIDRs ?? []).length > 0
      ? ['Insecure Registries:', ...(engine.RegistryConfig?.InsecureRegistryCIDRs ?? []).map((cidr) => ` ${cidr}`)]
      : []),
    `Live Restore Enabled: ${engine.LiveRestoreEnabled}`,
  ];
  return lines
    .filter((each) => each !== undefined)
    .map((each) => ` ${each}\n`)
    .join('');
}

function line(label: string, value: string | undefined): string | undefined {
  return value ? `${label}: ${value}` : undefined;
}

/** `name=seccomp,profile=default` becomes a name with its settings below. */
function securityOptions(options: readonly string[]): readonly string[] {
  if (options.length === 0) return [];
  return [
    'Security Options:',
    ...options.flatMap((option) => {
      const pairs = option.split(',').map((pair) => pair.split('='));
      const name = pairs.find(([key]) => key === 'name')?.[1] ?? option;
      const rest = pairs.filter(([key]) => key !== 'name' && pairs.length > 1);
      return [
        ` ${name}`,
        ...rest.map(([key = '', value]) => `  ${key.charAt(0).toUpperCase()}${key.slice(1)}: ${value}`),
      ];
    }),
  ];
}
