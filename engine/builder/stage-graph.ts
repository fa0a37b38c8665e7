import {
  type Dockerfile,
  expandWord,
  mountSource,
  type Stage,
  type StageInstruction,
  type Variables,
  type Word,
} from '../dockerfile/index.ts';
import { suggest } from '../dockerfile/suggest.ts';
import type { Directory } from '../files/node.ts';
import { canonicalName, parseReference } from '../image/reference.ts';
import { BuildError } from './errors.ts';
import { namedSource } from './named-contexts.ts';
import { platformArgs } from './platform.ts';
import type { BuildRequest } from './request.ts';

type Contexts = NonNullable<BuildRequest['contexts']>;

/** Where something is taken from. */
export type StageSource =
  | { readonly kind: 'stage'; readonly stage: Stage }
  /** In full: `docker.io/library/alpine:latest`. */
  | { readonly kind: 'image'; readonly reference: string }
  /** Files that the request gives a name. */
  | { readonly kind: 'context'; readonly name: string; readonly tree: Directory }
  | { readonly kind: 'scratch' };

export interface PlannedStage {
  readonly stage: Stage;
  readonly base: StageSource;
  /** What `FROM --platform` asks for. */
  readonly platform: string | undefined;
  /** What COPY --from and RUN --mount take files from, by the text in the Dockerfile. */
  readonly sources: ReadonlyMap<string, StageSource>;
  /** In vertex names; empty if the Dockerfile has one stage only. */
  readonly label: string;
  /** Vertices that count as steps in the names: the base image and what makes layers. */
  readonly stepCount: number;
}

export interface StageGraph {
  readonly target: PlannedStage;
  readonly stages: readonly PlannedStage[];
  /** Global ARGs with their values, for a stage's ARG to take up. */
  readonly globalArgs: ReadonlyMap<string, string>;
}

/**
 * Resolves what each stage is based on and what it takes from others, and finds the target.
 * @throws BuildError `not-found` for an unknown target or stage, `invalid` for a malformed base name or a cycle
 * @throws DockerfileError `expansion`
 */
export function planStages(
  dockerfile: Dockerfile,
  options: Pick<BuildRequest, 'target' | 'contexts'> & { readonly buildArgs: Readonly<Record<string, string>> },
): StageGraph {
  const { stages } = dockerfile;
  const { contexts = {} } = options;
  const targetStage = findTarget(stages, options.target);
  const automatic = platformArgs(targetStage.name ?? 'default');
  const globalArgs = new Map<string, string>();
  const { escape: escapeChar } = dockerfile;
  for (const { declarations } of dockerfile.globalArgs) {
    for (const { key, value } of declarations) {
      const variables = new Map([...automatic, ...globalArgs]);
      const given = options.buildArgs[key.value];
      const text = given ?? (value && expandWord(value.value, { variables, escape: escapeChar, range: value.range }));
      if (text !== undefined) globalArgs.set(key.value, text);
    }
  }
  const variables = new Map([...automatic, ...withAutomaticOverrides(options.buildArgs, automatic), ...globalArgs]);
  const planned = stages.map((stage): PlannedStage => {
    const { image, platform } = stage.from;
    const name = expandWord(image.value, { variables, escape: escapeChar, range: image.range });
    if (name === '') {
      throw new BuildError('invalid', `base name (${image.value}) should not be blank`, { range: image.range });
    }
    const earlier = stages.slice(0, stage.index);
    // Here alone the case counts: stage names are kept in small letters, and so are images'.
    const baseStage = earlier.findLast((other) => other.name === name);
    const base: StageSource =
      namedSource(contexts, name) ??
      (baseStage
        ? { kind: 'stage', stage: baseStage }
        : name === 'scratch'
          ? { kind: 'scratch' }
          : { kind: 'image', reference: referenceOf(name, image) });
    return {
      stage,
      base,
      platform: platform && platformOf(platform, { variables, escape: escapeChar }),
      sources: sourcesOf(stage, stages, contexts),
      label: stages.length === 1 ? '' : (stage.name ?? `stage-${stage.index}`),
      stepCount: (base.kind === 'image' ? 1 : 0) + stage.instructions.filter(makesLayer).length,
    };
  });
  const target = planned[targetStage.index];
  if (!target) throw new TypeError('the target is one of the stages');
  for (const { stage } of planned) refuseCycle(planned, stage);
  for (const needed of neededStages({ target, stages: planned })) refuseLaterSources(needed);
  return { target, stages: planned, globalArgs: new Map([...automatic, ...globalArgs]) };
}

/** @throws BuildError `invalid` for one that comes to nothing; DockerfileError */
function platformOf(word: Word, options: { readonly variables: Variables; readonly escape: string }): string {
  const platform = expandWord(word.value, { ...options, range: word.range });
  if (platform !== '') return platform;
  throw new BuildError('invalid', `empty platform value from expression ${word.value}`, { range: word.range });
}

/** The stages that a stage needs before it can be built, each once. */
export function dependenciesOf(planned: PlannedStage): readonly Stage[] {
  const sources = [planned.base, ...planned.sources.values()];
  return [...new Set(sources.flatMap((source) => (source.kind === 'stage' ? [source.stage] : [])))];
}

/** The stages that the target takes to build, itself among them, in the order of the Dockerfile. */
export function neededStages(graph: Pick<StageGraph, 'target' | 'stages'>): readonly PlannedStage[] {
  const needed = new Set<PlannedStage>();
  const visit = (planned: PlannedStage): void => {
    if (needed.has(planned)) return;
    needed.add(planned);
    for (const { index } of dependenciesOf(planned)) {
      const next = graph.stages[index];
      if (next) visit(next);
    }
  };
  visit(graph.target);
  return graph.stages.filter((planned) => needed.has(planned));
}

/** Whether an instruction has a vertex of its own and counts in `[2/5]`. */
export function makesLayer(instruction: StageInstruction): instruction is LayerInstruction {
  return ['RUN', 'COPY', 'ADD', 'WORKDIR'].includes(instruction.kind);
}

export type LayerInstruction = Extract<StageInstruction, { kind: 'RUN' | 'COPY' | 'ADD' | 'WORKDIR' }>;

function withAutomaticOverrides(
  buildArgs: Readonly<Record<string, string>>,
  automatic: ReadonlyMap<string, string>,
): readonly (readonly [string, string])[] {
  return Object.entries(buildArgs).filter(([name]) => automatic.has(name));
}

function findTarget(stages: readonly Stage[], target: string | undefined): Stage {
  const wanted = target?.toLowerCase();
  const found =
    wanted === undefined || wanted === ''
      ? stages.at(-1)
      : (stages.findLast(({ name }) => name === wanted) ?? (/^\d+$/.test(wanted) ? stages[Number(wanted)] : undefined));
  if (found) return found;
  const names = stages.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const near = suggest(wanted ?? '', names, true);
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  throw new BuildError('not-found', `target stage ${JSON.stringify(target)} could not be found${hint}`);
}

function referenceOf(name: string, word: Word): string {
  try {
    return canonicalName(parseReference(name));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `failed to parse stage name ${JSON.stringify(name)}: ${reason}`;
    throw new BuildError('invalid', message, { range: word.range, cause });
  }
}

function sourcesOf(stage: Stage, stages: readonly Stage[], contexts: Contexts): ReadonlyMap<string, StageSource> {
  const sources = new Map<string, StageSource>();
  for (const instruction of stage.instructions) {
    if (instruction.kind === 'COPY' && instruction.from) {
      sources.set(instruction.from.value, findSource(instruction.from, stages, contexts));
    } else if (instruction.kind === 'RUN') {
      for (const mount of instruction.mounts) {
        const from = mountSource(mount);
        if (from) sources.set(from, findSource({ value: from, range: mount.text.range }, stages, contexts));
      }
    }
  }
  return sources;
}

/**
 * What `--from` names: a context of the request, a stage by name or number, or else an image.
 * @throws BuildError `not-found` for a number that no stage has, `invalid` for what cannot be an image's name
 */
export function findSource(from: Word, stages: readonly Stage[], contexts: Contexts = {}): StageSource {
  if (from.value.includes('$')) {
    const hint = 'define a new stage with FROM using ARG from global scope as a workaround';
    const message = `variable expansion is not supported for --from, ${hint}`;
    throw new BuildError('invalid', message, { range: from.range });
  }
  const given = namedSource(contexts, from.value);
  if (given) return given;
  const text = from.value.toLowerCase();
  const named = stages.findLast(({ name }) => name === text);
  if (named) return { kind: 'stage', stage: named };
  if (/^\d+$/.test(text)) {
    const numbered = stages[Number(text)];
    if (numbered) return { kind: 'stage', stage: numbered };
    throw new BuildError('not-found', `invalid stage index ${text}`, { range: from.range });
  }
  if (text === 'scratch') return { kind: 'scratch' };
  return { kind: 'image', reference: referenceOf(from.value, from) };
}

/**
 * Stages are made in the order of the Dockerfile, as in BuildKit, even where another would do.
 * @throws BuildError `invalid`
 */
function refuseLaterSources({ stage, sources }: PlannedStage): void {
  for (const instruction of stage.instructions) {
    if (instruction.kind === 'COPY' && instruction.from) {
      refuseLaterSource('copy', stage, instruction.from, sources.get(instruction.from.value));
    } else if (instruction.kind === 'RUN') {
      for (const mount of instruction.mounts) {
        const from = mountSource(mount);
        if (from) refuseLaterSource('mount', stage, { value: from, range: mount.text.range }, sources.get(from));
      }
    }
  }
}

function refuseLaterSource(verb: string, stage: Stage, from: Word, source: StageSource | undefined): void {
  if (source?.kind !== 'stage' || source.stage.index < stage.index) return;
  const name = stage.name ?? `stage-${stage.index}`;
  const order = `it needs to be defined before current stage ${JSON.stringify(name)}`;
  const message = `cannot ${verb} from stage ${JSON.stringify(from.value)}, ${order}`;
  throw new BuildError('invalid', message, { range: from.range });
}

/** @throws BuildError `invalid` */
function refuseCycle(planned: readonly PlannedStage[], start: Stage): void {
  const seen = new Set<Stage>();
  const visit = (stage: Stage): void => {
    const node = planned[stage.index];
    for (const next of node ? dependenciesOf(node) : []) {
      if (next === start) {
        const name = start.name ?? String(start.index);
        throw new BuildError('invalid', `circular dependency detected on stage: ${name}`, { range: start.from.range });
      }
      if (seen.has(next)) continue;
      seen.add(next);
      visit(next);
    }
  };
  visit(start);
}
