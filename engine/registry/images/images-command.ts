import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { familiarRepository, parseReference } from '../../image/index.ts';
import { inputsKey } from './inputs.ts';
import { debianPackages } from './packages/fetch.ts';
import { publish, publishedIn, withoutRepositories } from './publish.ts';
import { PACKAGES, RECIPES } from './recipes/index.ts';

export const USAGE = `npm run images [-- OPTIONS]
  builds the base images from Debian's packages into public/v2; images mirrored before stay
npm run images -- --upstream REGISTRY [NAME[:TAG]...]
  puts the linux/386 images of a registry in place of those of the same names
  (${RECIPES.map(({ name, tags }) => `${name}:${tags[0]}`).join(' ')})
npm run images -- --stand-ins
  builds all base images anew and forgets mirrored ones`;

/** In the folder: which inputs its stand-ins were built from. */
const KEY_FILE = '.inputs';

/**
 * `npm run images`.
 * @param folder of the static registry
 * @throws Error for people, whatever fails; then the folder is as it was
 */
export async function imagesCommand(
  args: readonly string[],
  folder: string,
  report: (line: string) => void,
): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { upstream: { type: 'string' }, 'stand-ins': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return report(USAGE);
  if (values.upstream !== undefined) {
    if (values['stand-ins']) throw new Error('--upstream and --stand-ins exclude each other');
    return mirror(values.upstream, positionals, folder, report);
  }
  if (positionals.length > 0) throw new Error(`${positionals.join(' ')}: names go with --upstream REGISTRY`);
  await build(folder, values['stand-ins'] === true, report);
}

async function build(folder: string, fromScratch: boolean, report: (line: string) => void): Promise<void> {
  const started = performance.now();
  const packages = await debianPackages(PACKAGES);
  const key = await inputsKey(packages.values());
  const mirrored = fromScratch ? [] : (await publishedIn(folder)).filter(({ upstream }) => upstream !== undefined);
  for (const { name, upstream } of mirrored) report(`${name} stays as mirrored from ${upstream}`);
  if (!fromScratch && (await keyOf(folder)) === key) return report('up to date in public/v2');
  // Slow to load, and not needed when nothing has changed.
  const { buildRegistry } = await import('./build-registry.ts');
  const files = withoutRepositories(await buildRegistry(packages, report), mirrored);
  await publish(folder, new Map([...files, [KEY_FILE, new TextEncoder().encode(key)]]), mirrored);
  report(`public/v2 is ready (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

async function mirror(
  registry: string,
  names: readonly string[],
  folder: string,
  report: (line: string) => void,
): Promise<void> {
  const { mirrorImages } = await import('./mirror.ts');
  const wanted = names.length > 0 ? names : RECIPES.map(({ name, tags }) => `${name}:${tags[0]}`);
  const files = await mirrorImages(registry, wanted, report);
  const replaced = new Set(wanted.map((name) => familiarRepository(parseReference(name))));
  const keep = (await publishedIn(folder)).filter(
    ({ name, upstream }) => upstream !== undefined || !replaced.has(name),
  );
  // The stand-ins that stay are those of the same inputs.
  const key = new TextEncoder().encode(await keyOf(folder));
  await publish(folder, new Map([...files, [KEY_FILE, key]]), keep);
}

function keyOf(folder: string): Promise<string> {
  return readFile(join(folder, KEY_FILE), 'utf8').catch(() => '');
}
