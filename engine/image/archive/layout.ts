import type { Directory } from '../../files/node.ts';
import {
  type Descriptor,
  isIndex,
  type Manifest,
  type Platform,
  parseIndex,
  parseManifestOrIndex,
} from '../documents.ts';
import { ImageError } from '../errors.ts';
import { isPlatform, ownPlatform, platformName } from '../platform.ts';
import { blobPath, fileAt, INDEX_FILE, NAME_ANNOTATION, REF_ANNOTATION, requireBlob, requireFile } from './paths.ts';

/** Indexes may nest; no tool writes more than two, one in the other. */
const MAX_DEPTH = 4;

/** A manifest that a layout's `index.json` names. */
export interface LayoutManifest {
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  /** Of the entry in index.json, which may have led here through another index. */
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * The manifests that index.json names; of one image for several platforms, the one for linux/386.
 * @param only takes no other platform than this
 * @throws ImageError `invalid`, `corrupt`; for an image that is for other platforms only, it lists these
 */
export async function layoutManifests(root: Directory, only?: Platform): Promise<readonly LayoutManifest[]> {
  const manifests: LayoutManifest[] = [];
  for (const top of topEntries(parseIndex(requireFile(root, INDEX_FILE)).manifests, only ?? ownPlatform)) {
    let descriptor: Descriptor = top;
    let bytes = await requireBlob(root, descriptor);
    let document = parseManifestOrIndex(bytes);
    for (let depth = 0; isIndex(document); depth++) {
      if (depth >= MAX_DEPTH) throw new ImageError('invalid', `index ${top.digest} is nested too deep`);
      descriptor = choose(root, document.manifests, only ?? ownPlatform, `index ${descriptor.digest}`);
      bytes = await requireBlob(root, descriptor);
      document = parseManifestOrIndex(bytes);
    }
    if (only && descriptor.platform && !isPlatform(descriptor.platform, only)) {
      throw noMatch(only, [descriptor], INDEX_FILE);
    }
    manifests.push({ descriptor, manifest: document, bytes, annotations: top.annotations ?? {} });
  }
  return manifests;
}

/** Some tools put the platforms of one image into index.json itself: then they have no names. */
function topEntries(entries: readonly Descriptor[], platform: Platform): readonly Descriptor[] {
  const isNamed = ({ annotations }: Descriptor): boolean =>
    annotations?.[NAME_ANNOTATION] !== undefined || annotations?.[REF_ANNOTATION] !== undefined;
  const platforms = new Set(entries.flatMap((entry) => (entry.platform ? [platformName(entry.platform)] : [])));
  if (platforms.size < 2 || entries.some((entry) => isNamed(entry) || !entry.platform)) return entries;
  const chosen = entries.filter((entry) => entry.platform && isPlatform(entry.platform, platform));
  if (chosen.length === 0) throw noMatch(platform, entries, INDEX_FILE);
  return chosen;
}

function choose(root: Directory, choices: readonly Descriptor[], platform: Platform, where: string): Descriptor {
  // What builders say of an image (attestations) is listed as for a platform unknown.
  const real = choices.filter((choice) => choice.platform?.os !== 'unknown');
  const fitting = real.filter((choice) => !choice.platform || isPlatform(choice.platform, platform));
  const here = fitting.find((choice) => fileAt(root, blobPath(choice.digest)));
  if (here) return here;
  const [missing] = fitting;
  if (missing) throw new ImageError('invalid', `invalid archive: ${blobPath(missing.digest)} is missing`);
  throw noMatch(platform, real, where);
}

function noMatch(platform: Platform, choices: readonly Descriptor[], where: string): ImageError {
  const names = [...new Set(choices.flatMap((choice) => (choice.platform ? [platformName(choice.platform)] : [])))];
  const there = names.length > 0 ? `only for ${names.join(', ')}` : 'for no platform';
  return new ImageError(
    'not-found',
    `no matching manifest for ${platformName(platform)} in the archive: ${where} is ${there}`,
  );
}
