import type { Selection } from '../xray-store.ts';
import { stateWords } from './announce.ts';
import { stepWords } from './announce-build.ts';
import { type BuildFact, buildName } from './build.ts';
import { leafChanges } from './changes.ts';
import type { Picture, Stand } from './picture.ts';

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

const TARGET_WORDS = { running: 'being built', done: 'built', canceled: 'not built', failed: 'not built' } as const;
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
    ...stand.stages.map(({ key, name, target }) => ({
      key,
      kind: 'stage' as const,
      label: target && build ? `${buildName(build)}, ${TARGET_WORDS[outcome.kind]}` : `stage ${name}, no image`,
      selection: { kind: 'build' as const },
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
        label: `layer ${layer.instruction}${size}${layer.built ? `, ${stepWords(layer.built.step, outcome)}` : ''}`,
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
