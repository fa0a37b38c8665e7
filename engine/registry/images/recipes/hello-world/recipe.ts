import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Directory } from '../../../../files/node.ts';
import { compiled } from '../../../../guest/build/compile-static.ts';
import { packages as guestPackages } from '../../../../guest/build/packages.ts';
import { RootBuilder } from '../../packages/root-builder.ts';
import { fileIn } from '../../packages/unpack.ts';
import { packageNamed, type Recipe, type RecipeInput } from '../recipe.ts';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), 'hello.c');

export const HELLO_WORLD: Recipe = {
  name: 'hello-world',
  tags: ['latest', 'linux'],
  packages: ['musl'],
  description: 'A static program of a few kilobytes that says how it came to run',
  standIn: "this hello-world is the lab's own: a small C program of Drydock's",
  licences: '/usr/share/licenses',
  async rootfs({ packages, created }: RecipeInput): Promise<Directory> {
    const { path } = await compiled('program', 'Compile hello-world', [SOURCE], await guestPackages());
    return new RootBuilder(created)
      .file('hello', await readFile(path), { mode: 0o755 })
      .file(
        'usr/share/licenses/musl/copyright',
        fileIn(packageNamed(packages, 'musl'), 'usr/share/doc/musl/copyright').data,
      )
      .tree();
  },
};
