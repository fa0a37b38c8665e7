import type { Selection } from '../xray-store.ts';
import { stateWords } from './announce.ts';
import { leafChanges } from './changes.ts';
import type { Picture, Stand } from './picture.ts';

/** A node of the picture as text. */
export interface TreeNode {
  readonly key: string;
  readonly kind: 'layer' | 'step' | 'image' | 'container' | 'file';
  readonly label: string;
  readonly selection: Selection | null;
  readonly children: readonly TreeNode[];
}

interface Words {
  humanSize(bytes: number): string;
  shortId(id: string): string;
}

const FILE_WORDS = { added: 'added', modified: 'changed', deleted: 'deleted' } as const;

/** The same nodes as the picture, base layers at the top, each with what stands on it below it. */
export function treeOf(picture: Picture, words: Words): readonly TreeNode[] {
  return standNodes(picture, null, words);
}

function standNodes(stand: Stand, owner: Selection | null, words: Words): readonly TreeNode[] {
  return [
    ...stand.metadata.map(({ key, instruction }) => ({
      key,
      kind: 'step' as const,
      label: `${instruction} (settings only)`,
      selection: owner,
      children: [],
    })),
    ...stand.images.map((image) => ({
      key: image.id,
      kind: 'image' as const,
      label: `image ${image.tags.join(', ') || '<none>'}, ${words.shortId(image.id)}, ${words.humanSize(image.size)}`,
      selection: { kind: 'image' as const, id: image.id },
      children: [],
    })),
    ...stand.containers.map((container) => ({
      key: container.id,
      kind: 'container' as const,
      label: `container ${container.name}, ${stateWords(container)}`,
      selection: { kind: 'container' as const, id: container.id },
      children: leafChanges(container.changes).map(({ path, kind }) => ({
        key: `${container.id}:${path}`,
        kind: 'file' as const,
        label: `${path}, ${FILE_WORDS[kind]}`,
        selection: { kind: 'container' as const, id: container.id },
        children: [],
      })),
    })),
    ...stand.layers.map((layer) => {
      const selection = { kind: 'layer' as const, key: layer.key };
      const size = layer.size === undefined ? '' : `, ${words.humanSize(layer.size)}`;
      return {
        key: layer.key,
        kind: 'layer' as const,
        label: `layer ${layer.instruction}${size}`,
        selection,
        children: standNodes(layer, selection, words),
      };
    }),
  ];
}
