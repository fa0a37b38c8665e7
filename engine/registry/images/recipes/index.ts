import { ALPINE } from './alpine/recipe.ts';
import { BUSYBOX } from './busybox/recipe.ts';
import { DEBIAN } from './debian/recipe.ts';
import { GCC } from './gcc/recipe.ts';
import { HELLO_WORLD } from './hello-world/recipe.ts';
import { NGINX } from './nginx/recipe.ts';
import { PYTHON } from './python/recipe.ts';
import type { Recipe } from './recipe.ts';

/** All base images, each after the one that it stands on. */
export const RECIPES: readonly Recipe[] = [ALPINE, BUSYBOX, DEBIAN, GCC, HELLO_WORLD, NGINX, PYTHON];

/** Debian's names of the packages that all recipes together need. */
export const PACKAGES: readonly string[] = [...new Set(RECIPES.flatMap(({ packages }) => packages))];
