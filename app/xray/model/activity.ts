import { type BuildFact, buildName, hasImage, type StageFact } from './build.ts';
import { type Draft, findLayer, layerOn } from './draft.ts';
import type { TransferFact } from './transfer.ts';

/** What the engine is doing, or did last. */
export interface Activity {
  readonly build: BuildFact | null;
  readonly transfer: TransferFact | null;
}

/** Stands the stages of a build among the images, and tells on the layers what the build did for them. */
export function addBuild(ground: Draft, build: BuildFact): void {
  for (const stage of build.stages) if (stage.needed) addStage(ground, stage, build);
}

/** A stage that is no image stands by itself; of one that has become an image, the steps are told on its layers. */
function addStage(ground: Draft, stage: StageFact, build: BuildFact): void {
  const { name, target, steps, layers } = stage;
  if (layers && !(target && hasImage(build))) {
    const top = layers.reduce((below, diffId) => layerOn(below, diffId), ground);
    const told = target ? { name: buildName(build), note: TARGET_NOTES[build.outcome.kind] } : stageTold(name, build);
    top.unfinished.push({ key: `stage ${name}`, kind: 'stage', ...told });
  }
  for (const step of steps) {
    const own = step.makesLayer && step.layers ? findLayer(ground, step.layers) : undefined;
    if (own) own.built = { build: build.id, step };
    // A FROM that is under way is a pull, and settings take no time.
    if (step.state === 'failed' || (step.state === 'running' && step.makesLayer)) {
      findLayer(ground, layers ?? [])?.pending.push({ key: `step ${step.number}`, step });
    }
  }
}

const IN_CACHE = 'in the build cache only';
const TARGET_NOTES = { running: 'being built', done: IN_CACHE, canceled: 'not built', failed: 'not built' } as const;

function stageTold(name: string, { outcome }: BuildFact) {
  return { name: `stage ${name}`, note: outcome.kind === 'running' ? 'being built' : IN_CACHE };
}

/** Tells on the layers how far they have been pulled or pushed; an image that is being pulled stands there already. */
export function addTransfer(ground: Draft, { kind, name, layers, outcome }: TransferFact): void {
  let top: Draft | undefined = ground;
  for (const layer of layers) {
    const pulling: boolean = kind === 'pull' && outcome === 'running';
    top = top && (pulling ? layerOn(top, layer.diffId) : top.layers.get(layer.diffId));
    if (top) top.moving = layer;
  }
  if (kind === 'pull' && outcome === 'running' && layers.length > 0) {
    top?.unfinished.push({ key: `pull ${name}`, kind: 'pull', name, note: 'being pulled' });
  }
}
