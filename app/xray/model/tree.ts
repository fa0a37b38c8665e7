import type { Selection } from '../xray-store.ts';
import { stateWords } from './announce.ts';
import { layerNews, stepWords } from './announce-build.ts';
import type { BuildFact } from './build.ts';
import { leafChanges } from './changes.ts';
import type { Layer, Picture, Stand } from './picture.ts';

/** A node of the picture as text. */
export interface TreeNode {
  readonly key: string;
  readonly kind: 'layer' | 'step' | 'image' | 'stage' | 'container' | 'file';
  readonly label: string;
  readonly selection: Selection | null;
  readonly children: readonly TreeNode[];
}

interface Words {
  humanSize(bytes: number): string;
  shortId(id: string): string;
}

const FILE_WORDS = { added: 'added', modified: 'changed', deleted: 'deleted' } as const;

/** The same nodes as the picture, base layers at the top, each with what stands on it below it; then what was not built. */
export function treeOf(picture: Picture, build: BuildFact | null, words: Words): readonly TreeNode[] {
  const spare = (build?.stages ?? []).filter(({ needed }) => !needed);
  return [
    ...standNodes(picture, null, build, words),
    ...spare.map(({ name }) => ({
      key: `stage ${name}`,
      kind: 'stage' as const,
      label: `stage ${name}, not built: nothing that was asked for needs it`,
      selection: { kind: 'build' as const },
      children: [],
    })),
  ];
}

function activityWords(layer: Layer): string {
  const news = layerNews(layer);
  return news === null ? '' : `, ${news}`;
}

function standNodes(stand: Stand, owner: Selection | null, build: BuildFact | null, words: Words): readonly TreeNode[] {
  const outcome = build?.outcome ?? { kind: 'running' as const };
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
    ...stand.unfinished.map(({ key, kind, name, note }) => ({
      key,
      kind: 'stage' as const,
      label: `${name}, ${note}`,
      selection: kind === 'stage' ? { kind: 'build' as const } : null,
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
        label: `layer ${layer.instruction}${size}${activityWords(layer)}`,
        selection,
        children: standNodes(layer, selection, build, words),
      };
    }),
    ...stand.pending.map(({ key, step }) => ({
      key,
      kind: 'step' as const,
      label: `${step.text}, ${stepWords(step, outcome)}, line ${step.lines[0]}`,
      selection: { kind: 'build' as const },
      children: [],
    })),
  ];
}
