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
import { sha256 } from '../image/digest.ts';
import { type ContainerConfig, encodeJson } from '../image/documents.ts';
import type { Image } from '../image/image.ts';
import { loadBaseImage } from './base-image.ts';
import { numberInstructions } from './build-plan.ts';
import { BuildCache, type LastInputs } from './cache.ts';
import { BuildContext } from './context.ts';
import { applyTransfer } from './copy.ts';
import { BuildError, throwIfCanceled } from './errors.ts';
import { imageDocument, scratchConfig, withPath } from './image-config.ts';
import { type LayerSolver, rootOf } from './layer-step.ts';
import { applyMetadata, type InstructionContext, type MetadataInstruction } from './metadata.ts';
import { isOwnPlatform } from './platform.ts';
import type { VertexWarning } from './progress.ts';
import type { Reporter } from './reporter.ts';
import type { BuildEnvironment, BuildRequest, BuildResult } from './request.ts';
import { applyRun } from './run.ts';
import {
  dependenciesOf,
  findSource,
  makesLayer,
  neededStages,
  type PlannedStage,
  type StageGraph,
  type StageSource,
} from './stage-graph.ts';
import type { StepContext, StepResult } from './stage-solver.ts';
import { type StageState, splitEnv } from './stage-state.ts';
import { describeInstruction, stepPrefix } from './vertex-names.ts';
import { applyWorkdir } from './workdir.ts';

export interface BuildRunOptions {
  readonly request: BuildRequest;
  readonly environment: BuildEnvironment;
  readonly reporter: Reporter;
  readonly dockerfile: Dockerfile;
  readonly graph: StageGraph;
  readonly lastInputs: LastInputs;
  readonly dockerfileName: string;
  /** Aborted when the build is given up, or one of its stages fails. */
  readonly abort: AbortController;
}

/** One build under way. */
export class BuildRun {
  readonly #options: BuildRunOptions;
  readonly #solver: LayerSolver;
  readonly #instructions: InstructionContext;
  readonly #usedArgs = new Set<string>();
  readonly #stages = new Map<Stage, Promise<StageState>>();
  readonly #images = new Map<string, Promise<Image>>();
  /** Each instruction's place among all, for the classic output. */
  readonly #numbers: ReadonlyMap<StageInstruction | Stage['from'], number>;
  readonly #total: number;
  #context: Promise<BuildContext> | undefined;

  constructor(options: BuildRunOptions) {
    const { request, environment, dockerfile, graph, lastInputs, abort } = options;
    this.#options = options;
    this.#solver = {
      images: environment.images,
      cache: new BuildCache(environment.state, environment.images),
      lastInputs,
      now: environment.now,
      signal: abort.signal,
    };
    this.#instructions = {
      escape: dockerfile.escape,
      buildArgs: request.buildArgs ?? {},
      globalArgs: graph.globalArgs,
      onBuildArg: (name) => this.#usedArgs.add(name),
    };
    this.#numbers = numberInstructions(dockerfile);
    this.#total = dockerfile.globalArgs.length + this.#numbers.size;
    for (const { declarations } of dockerfile.globalArgs) {
      for (const { key } of declarations) if (key.value in this.#instructions.buildArgs) this.#usedArgs.add(key.value);
    }
  }

  async finish(tags: readonly string[], warnings: readonly VertexWarning[]): Promise<BuildResult> {
    const { graph, request, reporter, dockerfile } = this.#options;
    for (const [index, arg] of dockerfile.globalArgs.entries()) {
      this.#tell({ number: index + 1, text: arg.node.text, completed: false });
    }
    await this.#openContext();
    if (request.stepwise) for (const { stage } of neededStages(graph)) await this.#solve(stage);
    const state = await this.#solve(graph.target.stage);
    throwIfCanceled(this.#solver.signal);
    const vertex = await reporter.vertex('exporting to image');
    const image = await vertex.during(async () => {
      vertex.status('exporting layers', 0, 0, true);
      const { images } = this.#options.environment;
      const layers = state.layers.map(({ diffId }) => diffId);
      const created = await images.create({ config: this.#document(state, request.labels ?? {}), layers });
      vertex.status(`writing image ${created.id}`, 0, 0, true);
      for (const tag of tags) {
        await images.tag(tag, created.id);
        vertex.status(`naming to ${tag}`, 0, 0, true);
      }
      return created;
    });
    const unusedBuildArgs = Object.keys(this.#instructions.buildArgs).filter((name) => !this.#usedArgs.has(name));
    return { image, tags, warnings, unusedBuildArgs };
  }

  #document(state: StageState, labels: Readonly<Record<string, string>>) {
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
    if (!this.#options.request.stepwise) {
      const others = await Promise.allSettled(dependenciesOf(planned).map((other) => this.#solve(other)));
      const failures = others.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      // Stages that were only stopped because another failed say nothing of why.
      if (failures.length > 0) throw failures.find((error) => !isCanceled(error)) ?? failures[0];
    }
    const from = stage.from;
    this.#tell({ number: this.#numbers.get(from) ?? 0, text: from.node.text, completed: false });
    let state = await this.#base(planned);
    await this.#tellDone(from, state, {});
    const triggers = (state.config.OnBuild ?? []).map(readTrigger);
    state = { ...state, config: { ...state.config, OnBuild: undefined } };
    const instructions = [...triggers, ...stage.instructions];
    const counter = {
      steps: planned.stepCount + triggers.filter(makesLayer).length,
      next: planned.base.kind === 'image' ? 2 : 1,
    };
    for (const [index, instruction] of instructions.entries()) {
      throwIfCanceled(this.#solver.signal);
      // A trigger has no place of its own in this Dockerfile: its errors point at FROM.
      const range = index < triggers.length ? from.range : instruction.range;
      state = await this.#apply(planned, state, instruction, { position: `${stage.index}/${index}`, range, counter });
    }
    return state;
  }

  async #base(planned: PlannedStage): Promise<StageState> {
    const fresh = { args: new Map<string, string | undefined>(), hasCmd: false, lastStep: undefined };
    const { base } = planned;
    if (base.kind === 'scratch') {
      const config = scratchConfig();
      const nothing = { author: undefined, layers: [], history: [], inheritedHistory: 0 };
      return { ...fresh, ...nothing, config, variables: variablesOf(config) };
    }
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

  #image(reference: string, prefix: string): Promise<Image> {
    let loading = this.#images.get(reference);
    if (!loading) {
      const { environment, reporter, request } = this.#options;
      const options = { pull: request.pull ?? false, signal: this.#solver.signal };
      loading = loadBaseImage(environment, reporter, reference, prefix, options);
      this.#images.set(reference, loading);
    }
    return loading;
  }

  async #apply(
    planned: PlannedStage,
    state: StageState,
    instruction: StageInstruction,
    place: {
      readonly position: string;
      readonly range: SourceRange;
      readonly counter: { readonly steps: number; next: number };
    },
  ): Promise<StageState> {
    const number = this.#numbers.get(instruction);
    const { text } = instruction.node;
    if (number !== undefined) this.#tell({ number, text, completed: false });
    if (!makesLayer(instruction)) {
      const next = await at(place.range, async () =>
        applyMetadata(state, instruction as MetadataInstruction, this.#instructions),
      );
      await this.#tellDone(instruction, next, {});
      return next;
    }
    const { reporter } = this.#options;
    const prefix = stepPrefix(planned.label, place.counter.next++, place.counter.steps);
    const description = describeInstruction(instruction, state.variables, this.#instructions.escape);
    const lines = [place.range.start.line, place.range.end.line] as const;
    const vertex = await reporter.vertex(prefix + description, { lines });
    let containerId: string | undefined;
    const context: StepContext = {
      request: this.#options.request,
      environment: this.#options.environment,
      solver: this.#solver,
      instructions: this.#instructions,
      stage: planned.stage,
      noCache: this.#ignoresCache(planned),
      position: place.position,
      description,
      vertex,
      buildContext: () => this.#buildContext(),
      filesOf: (from) => this.#filesOf(planned, from),
      onContainer: (id) => {
        containerId = id;
        if (number !== undefined)
          this.#tell({ number, text, vertex: vertex.digest, completed: false, containerId: id });
      },
    };
    try {
      const result = await at(place.range, () => applyLayerStep(state, instruction, context));
      await this.#tellDone(instruction, result.state, { vertex: vertex.digest, cached: result.cached, containerId });
      return result.state;
    } catch (error) {
      vertex.start();
      vertex.complete({ error: error instanceof Error ? error.message : String(error) });
      throw error instanceof BuildError ? error.with({ vertex: vertex.name }) : error;
    }
  }

  #ignoresCache({ stage }: PlannedStage): boolean {
    const { noCache, noCacheFilter = [] } = this.#options.request;
    return noCache || noCacheFilter.some((name) => name.toLowerCase() === stage.name || name === String(stage.index));
  }

  #openContext(): Promise<BuildContext> {
    const { request, reporter, dockerfileName } = this.#options;
    this.#context ??= BuildContext.open(request, reporter, dockerfileName);
    return this.#context;
  }

  async #buildContext(): Promise<Directory> {
    return (await this.#openContext()).files();
  }

  async #filesOf(
    planned: PlannedStage,
    from: { readonly value: string; readonly range: SourceRange },
  ): Promise<Directory> {
    const { images } = this.#options.environment;
    // A trigger's source is not among those that were planned.
    const source: StageSource =
      planned.sources.get(from.value) ??
      findSource(from, this.#options.dockerfile.stages.slice(0, planned.stage.index));
    if (source.kind === 'scratch') return rootOf(images, []);
    if (source.kind === 'stage') return rootOf(images, (await this.#solve(source.stage)).layers);
    const image = await at(from.range, () => this.#image(source.reference, ''));
    return rootOf(images, image.layers);
  }

  #tell(progress: {
    readonly number: number;
    readonly text: string;
    readonly completed: boolean;
    readonly vertex?: string;
    readonly cached?: boolean;
    readonly containerId?: string | undefined;
    readonly layers?: readonly string[];
    readonly imageId?: string;
  }): void {
    this.#options.reporter.emit({ instructions: [{ total: this.#total, ...progress }] });
  }

  async #tellDone(
    instruction: StageInstruction | Stage['from'],
    state: StageState,
    details: { readonly vertex?: string; readonly cached?: boolean; readonly containerId?: string | undefined },
  ): Promise<void> {
    const number = this.#numbers.get(instruction);
    if (number === undefined) return;
    const { text } = instruction.node;
    const layers = state.layers.map(({ diffId }) => diffId);
    const done = { number, text, completed: true, ...details, layers };
    if (!this.#options.request.stepwise) return this.#tell(done);
    this.#tell({ ...done, imageId: await this.#imageId(state, number) });
  }

  /** The ID that an image of this state has. */
  async #imageId(state: StageState, number: number): Promise<string> {
    if (state.layers.length === 0 && state.history.length === 0) return '';
    const { labels = {} } = this.#options.request;
    const document = this.#document(state, number === this.#total ? labels : {});
    const rootfs = { type: 'layers', diff_ids: state.layers.map(({ diffId }) => diffId) };
    // The same keys in the same order as ImageStore.create writes them.
    const { history, ...rest } = document;
    return sha256(encodeJson({ ...rest, rootfs, history }));
  }
}

function applyLayerStep(state: StageState, instruction: StageInstruction, context: StepContext): Promise<StepResult> {
  switch (instruction.kind) {
    case 'RUN':
      return applyRun(state, instruction, context);
    case 'COPY':
    case 'ADD':
      return applyTransfer(state, instruction, context);
    case 'WORKDIR':
      return applyWorkdir(state, instruction, context);
    default:
      throw new TypeError(`${instruction.kind} makes no layer`);
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
