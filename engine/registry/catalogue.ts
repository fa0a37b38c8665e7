/** `/v2/catalog.json` of a lab registry: what can be pulled, for people. `/v2/_catalog` has the standard's bare list. */
export interface Catalogue {
  readonly repositories: readonly CatalogueEntry[];
}

export interface CatalogueEntry {
  /** As people write it: `alpine`. */
  readonly name: string;
  readonly tags: readonly string[];
  /** Bytes to download for the first tag. */
  readonly size: number;
  readonly description: string;
  /** That the image is not the one of that name elsewhere, and what it is instead; without it, it is that one. */
  readonly standIn?: string;
  /** Another of the repositories, whose layers are this one's first: `debian`. */
  readonly base?: string;
  /** Debian's source packages and versions that it is made from: `bash 5.2.15-2`. */
  readonly sources?: readonly string[];
  /** The registry that it was mirrored from. */
  readonly upstream?: string;
}

/** Undefined if the value is no catalogue. Entries that are none are left out. */
export function toCatalogue(value: unknown): Catalogue | undefined {
  const list = (value as { readonly repositories?: unknown } | null)?.repositories;
  if (!Array.isArray(list)) return undefined;
  const repositories: CatalogueEntry[] = [];
  for (const item of list as readonly Partial<CatalogueEntry>[]) {
    if (typeof item?.name !== 'string' || !Array.isArray(item.tags)) continue;
    const { name, tags, size = 0, description = '', standIn, base, sources, upstream } = item;
    repositories.push({
      name,
      tags: tags.map(String),
      size,
      description,
      ...(standIn !== undefined && { standIn }),
      ...(base !== undefined && { base }),
      ...(Array.isArray(sources) && { sources: sources.map(String) }),
      ...(upstream !== undefined && { upstream }),
    });
  }
  return { repositories };
}

/** `alpine, busybox, redis:7`: a tag is named where there is no `latest`. */
export function listNames(catalogue: Catalogue): string {
  return catalogue.repositories
    .map(({ name, tags }) => (tags.includes('latest') ? name : `${name}:${tags[0] ?? 'latest'}`))
    .join(', ');
}
