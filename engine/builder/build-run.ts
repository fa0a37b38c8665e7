import {
  type Dockerfile,
  DockerfileError,
  readTrigger,
  type SourceRange,
  type Stage,
  type StageInstruction,
  type Variables,
} from '../dockerfile/index.ts';
import type { Directory } from '../files/node.ts';
import { chainId } from '../image/digest.ts';
import type { ContainerConfig } from '../image/documents.ts';
import type { Image } from '../image/image.ts';
import { treeToLayerTar } from '../image/layer.ts';
import { loadBaseImage } from './base-image.ts';
import type { BuildContext } from './context.ts';
import { applyTransfer } from './copy.ts';
import { BuildError, throwIfCanceled } from './errors.ts';
import { imageDocument, scratchConfig, withPath } from './image-config.ts';
import { InstructionFeed } from './instruction-feed.ts';
import { type LayerSolver, rootOf } from './layer-step.ts';
import { applyMetadata, type InstructionContext, type MetadataInstruction } from './metadata.ts';
import { isOwnPlatform } from './platform.ts';
import type { Reporter } from './reporter.ts';
import type { BuildEnvironment, BuildRequest } from './request.ts';
import { applyRun } from './run.ts';
import {
  dependenciesOf,
  findSource,
  type LayerInstruction,
  makesLayer,
  neededStages,
  type PlannedStage,
  type StageGraph,
  type StageSource,
} from './stage-graph.ts';
import type { BuildMemory, StageMemory } from './stage-memory.ts';
import { parentOf, type StepContext, type StepResult } from './stage-solver.ts';
import { type StageState, splitEnv } from './stage-state.ts';
import { describeInstruction, stepPrefix } from './vertex-names.ts';
import { applyWorkdir } from './workdir.ts';

export interface BuildRunOptions {
  readonly request: BuildRequest;
  readonly environment: BuildEnvironment;
  readonly reporter: Reporter;
  readonly dockerfile: Dockerfile;
  readonly graph: StageGraph;
  readonly memory: BuildMemory;
  readonly solver: LayerSolver;
  readonly context: BuildContext;
  /** Aborted when the build is given up, or one of its stages fails. */
  readonly abort: AbortController;
}

/** One build under way: each stage that is needed once, and those that need nothing of each other at the same time. */
export class BuildRun {
  readonly #options: BuildRunOptions;
  readonly #instructions: InstructionContext;
  readonly #feed: InstructionFeed;
  readonly #usedArgs = new Set<string>();
  readonly #stages = new Map<Stage, Promise<StageState>>();
  readonly #images = new Map<string, Promise<Image>>();

  constructor(options: BuildRunOptions) {
    const { request, reporter, dockerfile, graph } = options;
    this.#options = options;
    this.#instructions = {
      escape: dockerfile.escape,
      buildArgs: request.buildArgs ?? {},
      globalArgs: graph.globalArgs,
      onBuildArg: (name) => this.#usedArgs.add(name),
    };
    const labels = request.labels ?? {};
    const document = (state: StageState, isLast: boolean) => this.document(state, isLast ? labels : {});
    this.#feed = new InstructionFeed(reporter, dockerfile, request.stepwise ? document : undefined);
    for (const { declarations } of dockerfile.globalArgs) {
      for (const { key } of declarations) if (key.value in this.#instructions.buildArgs) this.#usedArgs.add(key.value);
    }
  }

  /** Builds the target, and what it needs. Whatever happens, nothing goes on when this is over. */
  async solve(): Promise<StageState> {
    const { graph, request, abort } = this.#options;
    try {
      if (request.stepwise) for (const { stage } of neededStages(graph)) await this.#solve(stage);
      const state = await this.#solve(graph.target.stage);
      await Promise.all(this.#stages.values());
      throwIfCanceled(abort.signal);
      return state;
    } catch (error) {
      await Promise.allSettled(this.#stages.values());
      // Stages that were only stopped because another failed say nothing of why.
      throw isCanceled(error) && abort.signal.reason instanceof BuildError ? abort.signal.reason : error;
    }
  }

  /** Build arguments that no ARG asked for. */
  unusedBuildArgs(): readonly string[] {
    return Object.keys(this.#instructions.buildArgs).filter((name) => !this.#usedArgs.has(name));
  }

  /** The image document of a stage as it is. */
  document(state: StageState, labels: Readonly<Record<string, string>>) {
    const { environment } = this.#options;
    return imageDocument(state, {
      labels,
      now: environment.now(),
      epoch: environment.sourceDateEpoch,
      inherited: state.inheritedHistory,
    });
  }

  /** A stage, built once however many need it. */
  #solve(stage: Stage): Promise<StageState> {
    let solving = this.#stages.get(stage);
    if (!solving) {
      solving = this.#build(stage);
      this.#stages.set(stage, solving);
      // The first failure stops the others; whoever waits for this stage gets the error itself.
      solving.catch((error) => this.#options.abort.abort(error));
    }
    return solving;
  }

  async #build(stage: Stage): Promise<StageState> {
    const planned = this.#options.graph.stages[stage.index];
    if (!planned) throw new TypeError('a stage of this Dockerfile is planned');
    // Begun now, and waited for by the instructions that take something from them.
    if (!this.#options.request.stepwise) for (const other of dependenciesOf(planned)) this.#solve(other);
    const { from } = stage;
    this.#feed.begun(from);
    let state = await this.#base(planned);
    await this.#feed.done(from, state);
    const triggers = (state.config.OnBuild ?? []).map((expression) => readTrigger(expression, from.range));
    state = { ...state, config: { ...state.config, OnBuild: undefined } };
    const instructions = [...triggers, ...stage.instructions];
    const texts = instructions.filter(makesLayer).map(textOf);
    const memory = this.#options.memory.stage(stageKey(stage), baseLabel(planned), parentOf(state), texts);
    const { trail } = state;
    state = { ...state, trail: { ...trail, disturbance: trail.disturbance ?? memory.baseChange() } };
    const steps = planned.stepCount + triggers.filter(makesLayer).length;
    const first = planned.base.kind === 'image' ? 2 : 1;
    let made = 0;
    for (const [index, instruction] of instructions.entries()) {
      throwIfCanceled(this.#options.abort.signal);
      const { range } = instruction;
      if (!makesLayer(instruction)) state = await this.#applyMetadata(state, instruction, range);
      else {
        const numbered = stepPrefix(planned.label, first + made, steps);
        const prefix = index < triggers.length ? `${numbered}ONBUILD ` : numbered;
        state = await this.#applyStep(planned, state, instruction, { memory, index: made++, range, prefix });
      }
    }
    return state;
  }

  async #base(planned: PlannedStage): Promise<StageState> {
    const fresh = {
      args: new Map<string, string | undefined>(),
      hasCmd: false,
      trail: { record: undefined, disturbance: undefined },
    };
    const { base } = planned;
    if (base.kind === 'scratch') {
      const config = scratchConfig();
      const nothing = { author: undefined, layers: [], history: [], inheritedHistory: 0 };
      return { ...fresh, ...nothing, config, variables: variablesOf(config) };
    }
    if (base.kind === 'context') return { ...fresh, ...(await this.#contextBase(base)) };
    // ARGs of the stage go on into those that build on it.
    if (base.kind === 'stage') return { ...(await this.#solve(base.stage)), hasCmd: false };
    const prefix = stepPrefix(planned.label, 1, planned.stepCount);
    const { image: word, platform } = planned.stage.from;
    const wanted = planned.platform ?? this.#options.request.platform ?? '';
    if (!isOwnPlatform(wanted)) {
      const reason = `no match for platform ${wanted} in manifest: this engine runs linux/386`;
      const message = `${word.value}: failed to resolve source metadata for ${base.reference}: ${reason}`;
      throw new BuildError('pull', message, { range: platform?.range ?? word.range });
    }
    const image = await at(word.range, () => this.#image(base.reference, prefix));
    const { history = [], author } = image.config;
    const config = withPath(image.config.config ?? {});
    const inherited = { author, layers: image.layers, history, inheritedHistory: history.length };
    return { ...fresh, ...inherited, config, variables: variablesOf(config) };
  }

  /** A stage that stands on files which the request gives a name. */
  async #contextBase({ name, tree }: Extract<StageSource, { kind: 'context' }>) {
    const { reporter, solver } = this.#options;
    const vertex = await reporter.vertex(`[context ${name}] load from client`);
    return vertex.during(async () => {
      const { diffId } = await solver.lease.addLayer(treeToLayerTar(tree));
      const config = scratchConfig();
      const entry = { created_by: `from local context ${name}`, comment: 'buildkit.exporter.image.v0' };
      return {
        config,
        variables: variablesOf(config),
        author: undefined,
        layers: [{ diffId, chainId: await chainId(undefined, diffId) }],
        history: [entry],
        inheritedHistory: 0,
      };
    });
  }

  #image(reference: string, prefix: string): Promise<Image> {
    let loading = this.#images.get(reference);
    if (!loading) {
      const { environment, reporter, request, solver, dockerfile } = this.#options;
      const stageNames = dockerfile.stages.flatMap(({ name }) => name ?? []);
      const options = { pull: request.pull ?? false, signal: solver.signal, stageNames };
      loading = loadBaseImage(environment, reporter, reference, prefix, options).then((image) => {
        solver.lease.keep(image.layers.map(({ diffId }) => diffId));
        return image;
      });
      this.#images.set(reference, loading);
    }
    return loading;
  }

  async #applyMetadata(state: StageState, instruction: MetadataInstruction, range: SourceRange): Promise<StageState> {
    this.#feed.begun(instruction);
    const next = await at(range, async () => applyMetadata(state, instruction, this.#instructions));
    await this.#feed.done(instruction, next);
    return next;
  }

  async #applyStep(
    planned: PlannedStage,
    state: StageState,
    instruction: LayerInstruction,
    place: {
      readonly memory: StageMemory;
      readonly index: number;
      readonly range: SourceRange;
      readonly prefix: string;
    },
  ): Promise<StageState> {
    const { reporter, request, environment, solver } = this.#options;
    const { memory, index, range, prefix } = place;
    this.#feed.begun(instruction);
    const description = describeInstruction(instruction, state.variables, this.#instructions.escape);
    const vertex = await reporter.vertex(prefix + description, { lines: [range.start.line, range.end.line] });
    let containerId: string | undefined;
    const context: StepContext = {
      request,
      environment,
      solver,
      instructions: this.#instructions,
      stage: planned.stage,
      noCache: this.#cacheForbidden(planned),
      memory,
      index,
      description,
      vertex,
      buildContext: () => this.#options.context.files(),
      filesOf: (from) => this.#filesOf(planned, from),
      onContainer: (id) => {
        containerId = id;
        this.#feed.running(instruction, vertex.digest, id);
      },
    };
    try {
      const result = await at(range, () => applyLayerStep(state, instruction, context));
      await this.#feed.done(instruction, result.state, { vertex: vertex.digest, cached: result.cached, containerId });
      return result.state;
    } catch (error) {
      vertex.start();
      vertex.complete({ error: error instanceof Error ? error.message : String(error) });
      throw error instanceof BuildError ? error.with({ vertex: vertex.name }) : error;
    }
  }

  /** The option that forbids the cache in a stage. */
  #cacheForbidden({ stage }: PlannedStage): string | undefined {
    const { noCache, noCacheFilter = [] } = this.#options.request;
    if (noCache) return '--no-cache';
    const filter = noCacheFilter.find((name) => name.toLowerCase() === stage.name || name === String(stage.index));
    return filter === undefined ? undefined : `--no-cache-filter=${filter}`;
  }

  async #filesOf(
    planned: PlannedStage,
    from: { readonly value: string; readonly range: SourceRange },
  ): Promise<Directory> {
    const { images } = this.#options.environment;
    // A trigger's source is not among those that were planned.
    const source: StageSource =
      planned.sources.get(from.value) ??
      findSource(from, this.#options.dockerfile.stages.slice(0, planned.stage.index), this.#options.request.contexts);
    if (source.kind === 'scratch') return rootOf(images, []);
    if (source.kind === 'context') return source.tree;
    if (source.kind === 'stage') return rootOf(images, (await this.#solve(source.stage)).layers);
    const image = await at(from.range, () => this.#image(source.reference, ''));
    return rootOf(images, image.layers);
  }
}

/** What a build remembers a stage by. */
function stageKey({ name, index }: Stage): string {
  return name ?? String(index);
}

/** What a stage is based on, as reasons name it. */
function baseLabel({ base, stage }: PlannedStage): string {
  switch (base.kind) {
    case 'scratch':
      return 'scratch';
    case 'context':
      return `build context ${base.name}`;
    case 'stage':
      return `stage ${base.stage.name ?? base.stage.index}`;
    case 'image':
      // As it is written, unless that is a variable.
      return `base image ${stage.from.image.value.includes('$') ? base.reference : stage.from.image.value}`;
  }
}

/** An instruction as written, heredocs included. */
function textOf({ node }: StageInstruction): string {
  return [node.text, ...node.heredocs.map(({ content }) => content)].join('\n');
}

function applyLayerStep(state: StageState, instruction: LayerInstruction, context: StepContext): Promise<StepResult> {
  switch (instruction.kind) {
    case 'RUN':
      return applyRun(state, instruction, context);
    case 'COPY':
    case 'ADD':
      return applyTransfer(state, instruction, context);
    case 'WORKDIR':
      return applyWorkdir(state, instruction, context);
  }
}

function variablesOf({ Env = [] }: ContainerConfig): Variables {
  return new Map(Env.map(splitEnv));
}

/** Gives errors without a place this one. */
async function at<T>(range: SourceRange, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BuildError) throw error.with({ range });
    if (error instanceof DockerfileError) {
      throw new BuildError('dockerfile', error.message, { range: error.range ?? range, cause: error });
    }
    const message = error instanceof Error ? error.message : String(error);
    throw new BuildError('internal', message, { range, cause: error });
  }
}

function isCanceled(error: unknown): boolean {
  return error instanceof BuildError && error.code === 'canceled';
}
