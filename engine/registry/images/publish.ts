import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseReference } from '../../image/index.ts';
import { type Catalogue, type CatalogueEntry, toCatalogue } from '../catalogue.ts';
import { registryLists } from './static-registry.ts';

const CATALOGUE = 'catalog.json';

/** What is in a static registry's folder; nothing if there is none. */
export async function publishedIn(folder: string): Promise<readonly CatalogueEntry[]> {
  const bytes = await readFile(join(folder, CATALOGUE)).catch(() => undefined);
  return bytes ? entriesOf(bytes) : [];
}

/**
 * Puts a static registry's files in a folder's place, all at once: an interruption leaves what was there.
 * @param keep repositories of the folder that stay. Where the new files have one of them too, its tags are added.
 */
export async function publish(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
  keep: readonly CatalogueEntry[] = [],
): Promise<void> {
  const temporary = `${folder}.${process.pid}.tmp`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    const entries = new Map(keep.map((entry) => [pathOf(entry), entry]));
    for (const path of entries.keys()) await cp(join(folder, path), join(temporary, path), { recursive: true });
    for (const entry of entriesOf(files.get(CATALOGUE))) {
      const tags = new Set([...(entries.get(pathOf(entry))?.tags ?? []), ...entry.tags]);
      entries.set(pathOf(entry), { ...entry, tags: [...tags] });
    }
    for (const [path, bytes] of new Map([...files, ...registryLists(entries)])) {
      await mkdir(dirname(join(temporary, path)), { recursive: true });
      await writeFile(join(temporary, path), bytes);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The files without those of some repositories. */
export function withoutRepositories(
  files: ReadonlyMap<string, Uint8Array>,
  entries: readonly CatalogueEntry[],
): ReadonlyMap<string, Uint8Array> {
  const names = new Set(entries.map(({ name }) => name));
  const paths = entries.map((entry) => `${pathOf(entry)}/`);
  const left = entriesOf(files.get(CATALOGUE)).filter(({ name }) => !names.has(name));
  return new Map([
    ...[...files].filter(([path]) => !paths.some((each) => path.startsWith(each))),
    ...registryLists(new Map(left.map((entry) => [pathOf(entry), entry]))),
  ]);
}

function entriesOf(bytes: Uint8Array | undefined): Catalogue['repositories'] {
  return (bytes && toCatalogue(JSON.parse(new TextDecoder().decode(bytes)))?.repositories) ?? [];
}

/** `alpine` is in `library/alpine`. */
function pathOf({ name }: CatalogueEntry): string {
  return parseReference(name).path;
}
