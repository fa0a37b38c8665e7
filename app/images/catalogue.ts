import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Catalogue, toCatalogue } from '../../engine/registry/catalogue.ts';

/** What the site's own registry holds, read while the site is built. Throws if it has not been built. */
export async function siteCatalogue(): Promise<Catalogue> {
  const file = path.join(process.cwd(), 'public', 'v2', 'catalog.json');
  const catalogue = toCatalogue(JSON.parse(await readFile(file, 'utf8')));
  if (!catalogue) throw new Error(`${file} is no catalogue of images: run npm run images`);
  return catalogue;
}
