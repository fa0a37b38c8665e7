import { cleanAbsolute } from '../../files/path.ts';
import { invalidParameter } from '../errors.ts';
import { checkDestination } from './mount-configuration.ts';

/** What an entry of `HostConfig.Binds` says. */
export interface BindSpecification {
  /** An absolute path of the host, or a volume's name; undefined for a volume of no name. */
  readonly source: string | undefined;
  readonly destination: string;
  readonly mode: BindMode;
}

/** The options at an entry's end. */
export interface BindMode {
  /** As written: `ro`, `rw,z`; empty if nothing was. */
  readonly text: string;
  readonly readOnly: boolean;
  /** `nocopy`: an empty volume is not filled from the image. */
  readonly noCopy: boolean;
  /** `rprivate`, ...; undefined if nothing was said. */
  readonly propagation: string | undefined;
}

export const PROPAGATIONS = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'];

/**
 * `[SOURCE:]DESTINATION` or `SOURCE:DESTINATION:MODE` (moby, volume/mounts, "linuxParser.ParseMountRaw").
 * @throws ContainerError `invalid-parameter`
 */
export function parseBind(text: string): BindSpecification {
  const parts = text.split(':');
  const invalid = `invalid volume specification: '${text}'`;
  if (parts.length > 3 || parts.includes('')) throw invalidParameter(invalid);
  const [first = '', second, third] = parts;
  if (second === undefined) {
    checkDestination('volume', first, `${invalid}: `);
    return { source: undefined, destination: cleanAbsolute(first), mode: parseMode('') };
  }
  // A destination and a mode without a source: an anonymous volume has no mode.
  if (parts.length === 2 && isMode(second)) throw invalidParameter(invalid);
  const mode = parseMode(third ?? '');
  const type = first.startsWith('/') ? 'bind' : 'volume';
  checkDestination(type, second, `${invalid}: `);
  const foreign = type === 'bind' ? mode.noCopy && 'VolumeOptions' : mode.propagation !== undefined && 'BindOptions';
  if (foreign) {
    throw invalidParameter(
      `${invalid}: invalid mount config for type "${type}": field ${foreign} must not be specified`,
    );
  }
  const source = type === 'bind' ? cleanAbsolute(first) : first;
  return { source, destination: cleanAbsolute(second), mode };
}

/** @throws ContainerError `invalid-parameter` */
export function parseMode(text: string): BindMode {
  if (text !== '' && !isMode(text)) throw invalidParameter(`invalid mode: ${text}`);
  const words = text.split(',');
  return {
    text,
    readOnly: words.includes('ro'),
    noCopy: words.includes('nocopy'),
    propagation: words.find((word) => PROPAGATIONS.includes(word)),
  };
}

/** One word of each kind at the most. */
function isMode(text: string): boolean {
  const kinds = text.split(',').map((word) => {
    if (word === 'ro' || word === 'rw') return 'access';
    if (word === 'z' || word === 'Z') return 'label';
    if (word === 'nocopy') return 'copy';
    if (['consistent', 'cached', 'delegated', 'default'].includes(word)) return 'consistency';
    return PROPAGATIONS.includes(word) ? 'propagation' : undefined;
  });
  return kinds.every((kind, index) => kind !== undefined && kinds.indexOf(kind) === index);
}
