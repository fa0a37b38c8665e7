import type { ImageSummary } from '../../api/types.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { type Row, renderListing } from '../format/listing.ts';
import { ago, goTime, humanSize } from '../format/quantity.ts';
import { shortId } from '../format/text.ts';
import { toFilters } from '../options/filters.ts';
import { LIST_FORMAT_USAGE } from '../options/format-usage.ts';
import { familiar } from '../references.ts';

const NONE = '<none>';

export const images = defineCommand({
  summary: 'List images',
  usage: '[REPOSITORY[:TAG]]',
  aliases: 'docker image ls, docker image list, docker images',
  arity: { min: 0, max: 1 },
  flags: [
    flag('all', 'bool', 'Show all images (default hides intermediate images)', 'a'),
    flag('digests', 'bool', 'Show digests'),
    flag('filter', 'filter', 'Filter output based on conditions provided', 'f'),
    flag('format', 'string', LIST_FORMAT_USAGE),
    flag('no-trunc', 'bool', "Don't truncate output"),
    flag('quiet', 'bool', 'Only show image IDs', 'q'),
    flag('tree', 'bool', 'List multi-platform images as a tree (EXPERIMENTAL)'),
  ],
  async run({ client, out, err }, { flags, args }) {
    if (flags.tree) throw new CliError('--tree is experimental in Docker, and not available in this lab');
    if (flags.quiet && flags.format) {
      await err.line('WARNING: Ignoring custom format, because both --format and --quiet are set.');
    }
    const filters = toFilters(flags.filter);
    const [pattern] = args;
    const found = await client.images.list({
      all: flags.all,
      filters: pattern ? { ...filters, reference: [...(filters.reference ?? []), pattern] } : filters,
    });
    const digests = flags.digests || /\.Digest\b/.test(flags.format);
    const listing = {
      format: flags.format,
      table: `{{.Repository}}\t{{.Tag}}\t${digests ? '{{.Digest}}\t' : ''}{{.ID}}\t{{.CreatedSince}}\t{{.Size}}`,
      headers: HEADERS,
      rows: found.flatMap((image) => imageRows(image, { short: !flags['no-trunc'], digests })),
      type: '*formatter.imageContext',
    };
    await out.write(renderListing(flags.quiet ? { ...listing, quiet: '{{.ID}}' } : listing));
    return 0;
  },
});

export const HEADERS: Row = {
  ID: 'IMAGE ID',
  Repository: 'REPOSITORY',
  Tag: 'TAG',
  Digest: 'DIGEST',
  CreatedSince: 'CREATED',
  CreatedAt: 'CREATED AT',
  Size: 'SIZE',
  Containers: 'CONTAINERS',
  VirtualSize: 'SIZE',
  SharedSize: 'SHARED SIZE',
  UniqueSize: 'UNIQUE SIZE',
};

/** A row for each name; an image without one has a single row of `<none>`. */
export function imageRows(
  image: ImageSummary,
  { short, digests }: { readonly short: boolean; readonly digests: boolean },
): readonly Row[] {
  const row = (Repository: string, Tag: string, Digest: string): Row => ({
    ID: short ? shortId(image.Id) : image.Id,
    Repository,
    Tag,
    Digest,
    CreatedSince: ago(image.Created),
    CreatedAt: goTime(image.Created),
    Size: humanSize(image.Size, 3),
    VirtualSize: humanSize(image.Size),
    Containers: image.Containers === -1 ? 'N/A' : String(image.Containers),
    SharedSize: image.SharedSize === -1 ? 'N/A' : humanSize(image.SharedSize),
    UniqueSize: image.SharedSize === -1 ? 'N/A' : humanSize(image.Size - image.SharedSize),
  });
  const tags = (image.RepoTags ?? []).filter((name) => name !== '<none>:<none>').map(familiar);
  const byDigest = (image.RepoDigests ?? []).filter((name) => name !== '<none>@<none>').map(familiar);
  const repositories = new Set([...tags, ...byDigest].map(({ repository }) => repository));
  if (repositories.size === 0) return [row(NONE, NONE, NONE)];
  return [...repositories].flatMap((repository) => {
    const own = tags.filter((each) => each.repository === repository).map(({ tag = NONE }) => tag);
    const found = byDigest.filter((each) => each.repository === repository).map(({ digest = NONE }) => digest);
    return (own.length > 0 ? own : [NONE]).flatMap((tag) =>
      (digests && found.length > 0 ? found : [found[0] ?? NONE]).map((digest) => row(repository, tag, digest)),
    );
  });
}
