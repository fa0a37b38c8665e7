import type { ContainerSummary } from '../../api/types.ts';
import { defineCommand } from '../command.ts';
import { flag } from '../flags/flag.ts';
import { labelList, labelOf, labelTitle } from '../format/labels.ts';
import { type Row, renderListing, tryFormat } from '../format/listing.ts';
import { displayPorts } from '../format/ports.ts';
import { ago, goTime, humanSize } from '../format/quantity.ts';
import { ellipsis, quoted, shortId } from '../format/text.ts';
import { toFilters } from '../options/filters.ts';
import { LIST_FORMAT_USAGE } from '../options/format-usage.ts';

const COMMAND_WIDTH = 20;
const MOUNT_WIDTH = 15;
const TABLE = '{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}';

const ROW_TYPE = '*formatter.ContainerContext';
const NOTHING: ContainerSummary = {
  Id: '',
  Names: [],
  Image: '',
  ImageID: '',
  Command: '',
  Created: 0,
  Ports: [],
  Labels: {},
  State: 'created',
  Status: '',
  HostConfig: { NetworkMode: '' },
  NetworkSettings: null,
  Mounts: [],
};

export const ps = defineCommand({
  summary: 'List containers',
  aliases: 'docker container ls, docker container list, docker container ps, docker ps',
  arity: { min: 0, max: 0 },
  flags: [
    flag('all', 'bool', 'Show all containers (default shows just running)', 'a'),
    flag('filter', 'filter', 'Filter output based on conditions provided', 'f'),
    flag('format', 'string', LIST_FORMAT_USAGE),
    flag('last', 'int', 'Show n last created containers (includes all states)', 'n', -1),
    flag('latest', 'bool', 'Show the latest created container (includes all states)', 'l'),
    flag('no-trunc', 'bool', "Don't truncate output"),
    flag('quiet', 'bool', 'Only display container IDs', 'q'),
    flag('size', 'bool', 'Display total file sizes', 's'),
  ],
  async run({ client, out, err }, { flags }) {
    if (flags.quiet && flags.format) {
      await err.line('WARNING: Ignoring custom format, because both --format and --quiet are set.');
    }
    tryFormat(flags.format, containerRow(NOTHING, true), ROW_TYPE);
    const limit = flags.latest ? 1 : flags.last;
    const size = flags.size || /\.Size\b|json \.\s*}}/.test(flags.format);
    const containers = await client.containers.list({
      all: flags.all || limit > 0,
      ...(limit > 0 ? { limit } : {}),
      size,
      filters: toFilters(flags.filter),
    });
    const listing = {
      format: flags.format,
      table: flags.size ? `${TABLE}\t{{.Size}}` : TABLE,
      headers: HEADERS,
      rows: containers.map((container) => containerRow(container, !flags['no-trunc'])),
      type: ROW_TYPE,
    };
    await out.write(renderListing(flags.quiet ? { ...listing, quiet: '{{.ID}}' } : listing));
    return 0;
  },
});

export const HEADERS: Row = {
  ID: 'CONTAINER ID',
  Names: 'NAMES',
  Image: 'IMAGE',
  Command: 'COMMAND',
  CreatedAt: 'CREATED AT',
  RunningFor: 'CREATED',
  Ports: 'PORTS',
  State: 'STATE',
  Status: 'STATUS',
  Size: 'SIZE',
  Labels: 'LABELS',
  Mounts: 'MOUNTS',
  LocalVolumes: 'LOCAL VOLUMES',
  Networks: 'NETWORKS',
  Platform: 'PLATFORM',
  Label: labelTitle,
};

export function containerRow(container: ContainerSummary, short: boolean): Row {
  const labels = container.Labels ?? {};
  const mounts = container.Mounts ?? [];
  const command = short ? ellipsis(container.Command, COMMAND_WIDTH) : container.Command;
  const platform = container.ImageManifestDescriptor?.platform;
  return {
    ID: short ? shortId(container.Id) : container.Id,
    Names: names(container, short),
    Image: image(container, short),
    Command: quoted(command),
    CreatedAt: goTime(container.Created),
    RunningFor: ago(container.Created),
    Ports: displayPorts(container.Ports ?? []),
    State: container.State,
    Status: container.Status,
    Size: sizes(container),
    Labels: labelList(labels),
    Mounts: mounts
      .map(({ Name, Source }) => Name || Source)
      .map((name) => (short ? ellipsis(name, MOUNT_WIDTH) : name))
      .join(','),
    LocalVolumes: String(mounts.filter(({ Driver }) => Driver === 'local').length),
    Networks: Object.keys(container.NetworkSettings?.Networks ?? {}).join(','),
    Platform: platform ? `${platform.os}/${platform.architecture}` : null,
    Label: labelOf.bind(undefined, labels),
  };
}

/** Without the slash, and in short form without the names that links give. */
function names({ Names }: ContainerSummary, short: boolean): string {
  const plain = Names.map((name) => name.replace(/^\//, ''));
  return plain.filter((name) => !short || !name.includes('/')).join(',');
}

function image({ Image, ImageID }: ContainerSummary, short: boolean): string {
  if (Image === '') return '<no image>';
  if (!short) return Image;
  if (shortId(Image) === shortId(ImageID)) return shortId(Image);
  return /@sha256:/.test(Image) ? Image.replace(/@sha256:.*$/, '') : Image;
}

function sizes({ SizeRw = 0, SizeRootFs = 0 }: ContainerSummary): string {
  const written = humanSize(SizeRw, 3);
  return SizeRootFs > 0 ? `${written} (virtual ${humanSize(SizeRootFs, 3)})` : written;
}
