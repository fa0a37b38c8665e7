import { STAND_IN_LABEL } from '../pull.ts';
import type { Recipe } from './recipes/recipe.ts';

/** Source packages and versions that the image, with those below it, is made from: `bash 5.2.15-2, glibc 2.36-9`. */
export const SOURCES_LABEL = 'dev.drydock.sources';
/** Where in the image the licences of what is inside can be read. */
export const LICENCES_LABEL = 'dev.drydock.licences';

export interface Base {
  readonly name: string;
  /** Of the manifest. */
  readonly digest: string;
}

/** Where an image comes from, under the keys of the OCI image-spec's annotations.md where it has one. */
export function imageLabels(
  recipe: Recipe,
  sources: readonly string[],
  base: Base | undefined,
): Record<string, string> {
  return {
    'org.opencontainers.image.title': recipe.name,
    'org.opencontainers.image.description': recipe.description,
    'org.opencontainers.image.vendor': 'Drydock',
    ...(base && {
      'org.opencontainers.image.base.name': base.name,
      'org.opencontainers.image.base.digest': base.digest,
    }),
    [SOURCES_LABEL]: sources.join(', '),
    [LICENCES_LABEL]: recipe.licences,
    [STAND_IN_LABEL]: recipe.standIn,
  };
}
