import { plural } from '../../ui/words.ts';
import { type BuildFact, buildName, countSteps, failedStep, type StepFact } from './build.ts';
import type { Layer } from './picture.ts';
import { movingWords } from './transfer.ts';

/** More than this many steps are counted, not told one by one. */
const MAX_TOLD_STEPS = 3;

/** What to say when a build begins or ends; null where nothing worth saying happened. */
export function announceBuild(before: BuildFact | null, after: BuildFact | null): string | null {
  if (!after || (before?.id === after.id && before.outcome.kind === after.outcome.kind)) return null;
  switch (after.outcome.kind) {
    case 'running':
      return `Building ${buildName(after)}.`;
    case 'done':
      return `Built ${buildName(after)}: ${stepCounts(after)}.${rebuilt(after)}`;
    case 'canceled':
      return `The build of ${buildName(after)} was canceled.`;
    case 'failed':
      return `The build of ${buildName(after)} failed${failurePlace(after)}: ${after.outcome.message}`;
  }
}

/** `2 steps cached, 1 built`. */
export function stepCounts(build: BuildFact): string {
  const { cached, built } = countSteps(build);
  if (cached === 0) return `${plural(built, 'step')} built`;
  return built === 0 ? `${plural(cached, 'step')} cached` : `${plural(cached, 'step')} cached, ${built} built`;
}

/** ` on line 3, RUN make`; empty where the failure has no place. */
export function failurePlace(build: BuildFact): string {
  const { outcome } = build;
  if (outcome.kind !== 'failed' || !outcome.lines) return '';
  const step = failedStep(build);
  return ` on line ${outcome.lines[0]}${step ? `, ${step.text}` : ''}`;
}

/** What became of a step, in a word or two: `CACHED`, or why not. */
export function stepWords({ state, reason, makesLayer, text }: StepFact, outcome: BuildFact['outcome']): string {
  switch (state) {
    case 'cached':
      return 'CACHED';
    case 'running':
      return 'running';
    case 'failed':
      return 'failed';
    case 'waiting':
      return outcome.kind === 'running' ? 'waiting' : 'not reached';
    case 'done':
      if (makesLayer) return reason ?? 'built';
      return /^FROM\b/i.test(text) ? 'base' : 'settings only';
  }
}

/** What the newest build or transfer did for a layer, in a word or two; null if nothing. */
export function layerNews({ built, moving }: Pick<Layer, 'built' | 'moving'>): string | null {
  if (moving) return movingWords(moving);
  return built ? stepWords(built.step, { kind: 'running' }) : null;
}

function rebuilt({ stages }: BuildFact): string {
  const steps = stages
    .flatMap((stage) => stage.steps)
    .filter(({ state, makesLayer }) => makesLayer && state === 'done');
  const told = steps.filter(({ reason }) => reason !== undefined && reason !== 'first build');
  if (told.length === 0 || told.length > MAX_TOLD_STEPS) return '';
  return ` ${told.map(({ text, reason }) => `${text}: ${reason}.`).join(' ')}`;
}
