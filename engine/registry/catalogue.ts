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
}

/** Undefined if the value is no catalogue. Entries that are none are left out. */
export function toCatalogue(value: unknown): Catalogue | undefined {
  const list = (value as { readonly repositories?: unknown } | null)?.repositories;
  if (!Array.isArray(list)) return undefined;
  const repositories: CatalogueEntry[] = [];
  for (const item of list as readonly Partial<CatalogueEntry>[]) {
    if (typeof item?.name !== 'string' || !Array.isArray(item.tags)) continue;
    const { name, tags, size = 0, description = '' } = item;
    repositories.push({ name, tags: tags.map(String), size, description });
  }
  return { repositories };
}

/** `alpine:latest, busybox:latest` */
export function listNames(catalogue: Catalogue): string {
  return catalogue.repositories.flatMap(({ name, tags }) => tags.map((tag) => `${name}:${tag}`)).join(', ');
}
