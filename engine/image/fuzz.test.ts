import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Directory, directory, type FileNode, file, symlink } from '../files/node.ts';
import { walk } from '../files/tree.ts';
import { ImageError } from './errors.ts';
import { applyLayer, layerChanges, layerTarToTree, treeToLayerTar } from './layer.ts';
import { WHITEOUT, withOpaque } from './overlay.ts';
import { canonicalName, familiarName, parseReference } from './reference.ts';

const name = fc.constantFrom('a', 'b', 'c', 'd');
const leaf: fc.Arbitrary<FileNode> = fc.oneof(
  fc.string({ maxLength: 3 }).map((text) => file(text)),
  name.map((target) => symlink(target)),
);

/** Trees that meet each other often: four names, three levels. */
function tree(leaves: fc.Arbitrary<FileNode>, opaque: boolean, depth = 3): fc.Arbitrary<Directory> {
  const child = depth === 0 ? leaves : fc.oneof(leaves, tree(leaves, opaque, depth - 1));
  const children = fc.dictionary(name, child, { maxKeys: 4, noNullPrototype: true });
  return fc
    .tuple(children, opaque ? fc.boolean() : fc.constant(false))
    .map(([entries, hides]) => directory(entries, hides ? { xattrs: withOpaque(undefined) } : {}));
}

const base = tree(leaf, false);
const layer = tree(fc.oneof(leaf, fc.constant<FileNode>(WHITEOUT)), true);

const paths = (root: Directory): readonly string[] => [...walk(root)].map(({ path }) => path);

describe('layers', () => {
  it('are the same after a way through a tar', () => {
    fc.assert(
      fc.property(layer, (upper) => {
        expect(layerTarToTree(treeToLayerTar(upper)).children).toEqual(upper.children);
      }),
    );
  });

  it('put on a root leave no whiteout and no opaque mark in it', () => {
    fc.assert(
      fc.property(base, layer, (lower, upper) => {
        for (const { node } of walk(applyLayer(lower, upper))) {
          expect(node.kind).not.toBe('character-device');
          expect(node.xattrs).toBeUndefined();
        }
      }),
    );
  });

  it('put on a root twice are as put on once', () => {
    fc.assert(
      fc.property(base, layer, (lower, upper) => {
        const once = applyLayer(lower, upper);
        expect(applyLayer(once, upper)).toEqual(once);
      }),
    );
  });

  it('say of each path whether it came, changed or went', () => {
    fc.assert(
      fc.property(base, layer, (lower, upper) => {
        const before = new Set(paths(lower));
        const after = new Set(paths(applyLayer(lower, upper)));
        const told = new Map(layerChanges(lower, upper).map(({ path, kind }) => [path, kind]));
        for (const [path, kind] of told) {
          // What is below something that went is gone with it.
          expect([path, after.has(path)]).toEqual([path, kind !== 'D']);
          if (kind === 'C' || kind === 'D') expect(before).toContain(path);
        }
        const parentsOf = (path: string) => path.split('/').map((_, i, all) => all.slice(0, i + 1).join('/'));
        for (const path of after) if (!before.has(path)) expect([path, told.get(path)]).toEqual([path, 'A']);
        for (const path of before) {
          if (!after.has(path)) expect(parentsOf(path).some((above) => told.has(above))).toBe(true);
        }
      }),
    );
  });
});

describe('references', () => {
  const written = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.stringMatching(/^[a-zA-Z0-9.:/@_-]{1,60}$/),
    fc.stringMatching(/^([a-z0-9.-]{1,12}(:[0-9]{1,5})?\/)?[a-z0-9._/-]{1,20}(:[\w.-]{1,10})?(@sha256:[0-9a-f]{64})?$/),
  );

  it('are read or refused by an ImageError, and read the same again from both of their names', () => {
    fc.assert(
      fc.property(written, (text) => {
        let reference: ReturnType<typeof parseReference>;
        try {
          reference = parseReference(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError);
          return;
        }
        expect(parseReference(canonicalName(reference))).toEqual(reference);
        expect(parseReference(familiarName(reference))).toEqual(reference);
      }),
      { numRuns: 2000 },
    );
  });
});
