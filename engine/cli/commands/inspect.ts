import { EngineApiError } from '../../api/client/errors.ts';
import { type Command, defineCommand, type Session } from '../command.ts';
import { CliError, errorText } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { indentJson } from '../format/indent-json.ts';
import { formatTemplate } from '../format/single.ts';
import { FORMAT_USAGE } from '../options/format-usage.ts';
import { platformFlag } from '../options/platform.ts';

/** Fetches an object as JSON text, as the engine wrote it. */
type Getter = (session: Session, name: string, size: boolean, platform?: string) => Promise<string>;

const GETTERS: Readonly<Record<string, Getter>> = {
  container: ({ client }, name, size) => client.containers.inspectRaw(name, { size }),
  image: ({ client }, name, _, platform) => client.images.inspectRaw(name, platform),
  network: ({ client }, name) => client.networks.inspectRaw(name),
  volume: ({ client }, name) => client.volumes.inspectRaw(name),
};
const TYPES = ['config', 'container', 'image', 'network', 'node', 'plugin', 'secret', 'service', 'task', 'volume'];

const PLATFORM_USAGE = `Inspect a specific platform of the multi-platform image.
If the image or the server is not multi-platform capable, the command will error out if the platform does not match.
'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)`;

export const inspect = defineCommand({
  summary: 'Return low-level information on Docker objects',
  usage: 'NAME|ID [NAME|ID...]',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  flags: [
    flag('format', 'string', FORMAT_USAGE, 'f'),
    flag('size', 'bool', 'Display total file sizes if the type is container', 's'),
    flag('type', 'string', 'Only inspect objects of the given type'),
  ],
  run(session, { flags, changed, args }) {
    const { type, size, format } = flags;
    if (changed.has('type')) {
      if (!TYPES.includes(type)) {
        const known = TYPES.map((each) => JSON.stringify(each)).join(', ');
        throw new CliError(
          type === ''
            ? 'type is empty: must be one of '.concat(known)
            : `unknown type: ${JSON.stringify(type)}: must be one of ${known}`,
        );
      }
      const getter = GETTERS[type];
      if (!getter) throw new CliError(`this lab has no objects of type ${JSON.stringify(type)}`);
      return inspectAll(session, args, format, (name) => getter(session, name, size));
    }
    return inspectAll(session, args, format, (name) => anything(session, name, size));
  },
});

export const inspectContainers: Command = inspectType('container', 'containers', 'CONTAINER');
export const inspectImages: Command = inspectType('image', 'images', 'IMAGE');
export const inspectNetworks: Command = inspectType('network', 'networks', 'NETWORK');
export const inspectVolumes: Command = inspectType('volume', 'volumes', 'VOLUME');

function inspectType(type: 'container' | 'image' | 'network' | 'volume', plural: string, argument: string): Command {
  const getter = GETTERS[type];
  return defineCommand({
    summary: `Display detailed information on one or more ${plural}`,
    usage: `${argument} [${argument}...]`,
    arity: { min: 1, max: Number.POSITIVE_INFINITY },
    flags: [
      flag('format', 'string', FORMAT_USAGE, 'f'),
      ...(type === 'container' ? [flag('size', 'bool', 'Display total file sizes', 's')] : []),
      ...(type === 'network' ? [flag('verbose', 'bool', 'Verbose output for diagnostics', 'v')] : []),
      ...(type === 'image' ? [flag('platform', 'string', PLATFORM_USAGE)] : []),
    ],
    run(session, { flags, args }) {
      const size = 'size' in flags && flags.size === true;
      const given = 'platform' in flags && typeof flags.platform === 'string' ? flags.platform : '';
      const platform = given === '' ? undefined : platformFlag(given);
      const get = (name: string) => getter?.(session, name, size, platform) ?? Promise.reject();
      return inspectAll(session, args, flags.format, get);
    },
  });
}

/** Whatever has that name: containers first, then images, networks and volumes. */
async function anything(session: Session, name: string, size: boolean): Promise<string> {
  for (const getter of Object.values(GETTERS)) {
    try {
      return await getter(session, name, size);
    } catch (error) {
      // An engine without networks or volumes says 404 for the path, or 501.
      const absent = error instanceof EngineApiError && [404, 501].includes(error.status);
      if (!absent) throw error;
    }
  }
  throw new CliError(`Error: No such object: ${name}`);
}

/** Prints what was found even if something was not, as Docker does. */
async function inspectAll(
  { out, err }: Session,
  names: readonly string[],
  format: string,
  get: (name: string) => Promise<string>,
): Promise<number> {
  const template = format && format !== 'json' ? formatTemplate(format) : undefined;
  const found: string[] = [];
  const failures: string[] = [];
  for (const name of names) {
    try {
      const json = await get(name);
      found.push(template ? `${template(JSON.parse(json))}\n` : json.trim());
    } catch (error) {
      failures.push(errorText(error));
      if (!(error instanceof EngineApiError) && !(error instanceof CliError)) throw error;
    }
  }
  if (template) await out.write(found.length > 0 ? found.join('') : '\n');
  else if (found.length === 0) await out.line('[]');
  else if (format === 'json') await out.line(`[${found.join(',')}]`);
  else await out.line(indentJson(`[${found.join(',')}]`));
  for (const failure of failures) await err.line(failure);
  return failures.length > 0 ? 1 : 0;
}
