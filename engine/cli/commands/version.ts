import { EngineUnreachableError } from '../../api/client/errors.ts';
import { API_VERSION, type Version } from '../../api/types.ts';
import { defineCommand } from '../command.ts';
import { flag } from '../flags/flag.ts';
import { columns } from '../format/columns.ts';
import { formatTemplate } from '../format/single.ts';
import { FORMAT_USAGE } from '../options/format-usage.ts';
import { CLI_VERSION } from '../release.ts';

export const version = defineCommand({
  summary: 'Show the Docker version information',
  arity: { min: 0, max: 0 },
  flags: [flag('format', 'string', FORMAT_USAGE, 'f')],
  async run({ client, out, err }, { flags }) {
    const Client = {
      Platform: { Name: 'Drydock' },
      Version: CLI_VERSION,
      ApiVersion: client.version,
      APIVersion: client.version,
      DefaultAPIVersion: API_VERSION,
      Context: 'default',
    };
    const template = flags.format ? formatTemplate(flags.format) : undefined;
    let server: Version | undefined;
    let failure: unknown;
    try {
      server = await client.system.version();
    } catch (error) {
      if (!(error instanceof EngineUnreachableError)) throw error;
      failure = error;
    }
    if (template) {
      const Server = server ? { ...server, APIVersion: server.ApiVersion } : null;
      const data =
        flags.format === 'json'
          ? { Client: { ...Client, APIVersion: undefined }, Server: server ?? null }
          : { Client, Server };
      await out.line(template(data));
    } else await out.write(clientText(Client) + (server ? `\n${serverText(server)}` : ''));
    if (failure !== undefined) {
      await err.line((failure as EngineUnreachableError).message);
      return 1;
    }
    return 0;
  },
});

function clientText(client: {
  readonly Platform: { readonly Name: string };
  readonly Version: string;
  readonly ApiVersion: string;
  readonly DefaultAPIVersion: string;
}): string {
  const lowered =
    client.ApiVersion === client.DefaultAPIVersion ? '' : ` (downgraded from ${client.DefaultAPIVersion})`;
  return columns(
    `Client: ${client.Platform.Name}\n Version:\t${client.Version}\n API version:\t${client.ApiVersion}${lowered}\n Context:\tdefault\n`,
    VALUE_COLUMN,
    1,
  );
}

/** Where the values begin, as in Docker's own text. */
const VALUE_COLUMN = 20;

function serverText(server: Version): string {
  const name = server.Platform?.Name;
  const components = server.Components ?? [];
  const lines = [`Server:${name ? ` ${name}` : ''}`];
  for (const { Name, Version: number, Details = {} } of components) {
    lines.push(` ${Name}:`, `  Version:\t${number}`);
    const shown =
      Name === 'Engine'
        ? ENGINE_DETAILS
        : Object.keys(Details)
            .sort()
            .map((key) => [key, key] as const);
    for (const [label, key] of shown) {
      const value = detail(key, Details);
      if (value) lines.push(`  ${label}:\t${value}`);
    }
  }
  return `${columns(lines.join('\n'), VALUE_COLUMN, 1)}\n`;
}

const ENGINE_DETAILS = [
  ['API version', 'ApiVersion'],
  ['Go version', 'GoVersion'],
  ['Git commit', 'GitCommit'],
  ['Built', 'BuildTime'],
  ['OS/Arch', 'Os'],
  ['Experimental', 'Experimental'],
] as const;

function detail(key: string, details: Readonly<Record<string, string>>): string {
  const value = details[key] ?? '';
  if (key === 'ApiVersion') return `${value} (minimum version ${details.MinAPIVersion ?? ''})`;
  if (key === 'Os') return `${value}/${details.Arch ?? ''}`;
  return value;
}
