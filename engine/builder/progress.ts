/**
 * What a build tells while it runs, shaped after BuildKit's `SolveStatus` (client/graph.go), which
 * `docker build --progress=rawjson` prints one per line. A vertex, status or log comes again whenever it changes;
 * the last one counts.
 */
export interface SolveStatus {
  readonly vertexes?: readonly Vertex[];
  readonly statuses?: readonly VertexStatus[];
  readonly logs?: readonly VertexLog[];
  readonly warnings?: readonly VertexWarning[];
  /** Drydock's own: the Dockerfile's instructions one by one, those too that have no vertex. */
  readonly instructions?: readonly InstructionProgress[];
  /** Drydock's own: what the Dockerfile asks for, told once, before its first step. */
  readonly plan?: BuildPlan;
}

/** A Dockerfile as this build takes it. */
export interface BuildPlan {
  readonly dockerfile: { readonly name: string; readonly text: string };
  /** In the order of the Dockerfile. */
  readonly stages: readonly StagePlan[];
}

export interface StagePlan {
  /** The name after AS, or `stage-1`: stages are counted from 0. */
  readonly name: string;
  /** What it builds on: an image's name in full, another stage's name, or `scratch`. */
  readonly base: string;
  /** False if nothing that was asked for needs it, so that it is not built. */
  readonly needed: boolean;
  /** Whether its end is the image. */
  readonly target: boolean;
  /** FROM is the first. */
  readonly instructions: readonly PlannedInstruction[];
}

export interface PlannedInstruction {
  /** As in {@link InstructionProgress}. */
  readonly number: number;
  /** As written, on one line. */
  readonly text: string;
  /** 1-based first and last line in the Dockerfile. */
  readonly lines: readonly [number, number];
  /** False if it changes settings only. */
  readonly makesLayer: boolean;
}

/** An instruction that is about to be carried out, or has been. */
export interface InstructionProgress {
  /** Its place among all instructions of the Dockerfile, from 1, and how many there are. */
  readonly number: number;
  readonly total: number;
  /** As written, on one line. */
  readonly text: string;
  readonly vertex?: string;
  readonly completed: boolean;
  readonly cached?: boolean;
  /** The container in which a RUN ran. */
  readonly containerId?: string;
  /** Once completed: diff IDs of the stage's layers up to here, base first. */
  readonly layers?: readonly string[];
  /** Once completed, in a stepwise build: ID of the image as it is after this instruction; empty for `FROM scratch`. */
  readonly imageId?: string;
}

/** A step of the build. */
export interface Vertex {
  /** Names the vertex in all events of this build. */
  readonly digest: string;
  /** Vertices that it waited for. */
  readonly inputs?: readonly string[];
  /** As shown: `[2/3] COPY . .`, `[internal] load build context`. */
  readonly name: string;
  /** RFC 3339; absent until it starts. */
  readonly started?: string;
  /** RFC 3339; absent until it ends. */
  readonly completed?: string;
  readonly cached?: boolean;
  readonly error?: string;
  /** Drydock's own: why a step was not taken from the cache, as `first build` or `app changed`. */
  readonly reason?: string;
  /** Drydock's own: 1-based first and last line of the instruction in the Dockerfile. */
  readonly lines?: readonly [number, number];
  /** Drydock's own: diff ID of the layer that the step made or found. */
  readonly layer?: string;
  /** Drydock's own: bytes of files in that layer. */
  readonly bytes?: number;
}

/** Progress of one thing inside a vertex. */
export interface VertexStatus {
  /** Also what is shown: `transferring context:`, `exporting layers`, a layer's digest. */
  readonly id: string;
  readonly vertex: string;
  readonly name?: string;
  /** Bytes; 0 if it is not counted. */
  readonly current: number;
  /** Bytes; 0 if not known. */
  readonly total: number;
  readonly timestamp: string;
  readonly started?: string;
  readonly completed?: string;
}

/** Output of a step's process. */
export interface VertexLog {
  readonly vertex: string;
  /** 1 for standard output, 2 for standard error. */
  readonly stream: 1 | 2;
  readonly data: Uint8Array;
  readonly timestamp: string;
}

/** A build check's finding. */
export interface VertexWarning {
  readonly vertex: string;
  readonly level: number;
  /** `StageNameCasing: Stage name 'A' should be lowercase (line 1)` */
  readonly short: string;
  readonly detail: readonly string[];
  readonly url: string;
  /** The rule's name. */
  readonly rule: string;
  readonly range: { readonly start: number; readonly end: number };
}

/** As JSON can carry it: log data in base64. */
export function encodeStatus(status: SolveStatus): unknown {
  const logs = status.logs?.map((log) => ({ ...log, data: toBase64(log.data) }));
  return logs ? { ...status, logs } : status;
}

/** Reads back what {@link encodeStatus} gave. It must come from there: its shape is not checked. */
export function decodeStatus(encoded: unknown): SolveStatus {
  const { logs, ...rest } = encoded as Omit<SolveStatus, 'logs'> & {
    readonly logs?: readonly (Omit<VertexLog, 'data'> & { readonly data: string })[];
  };
  return logs ? { ...rest, logs: logs.map((log) => ({ ...log, data: fromBase64(log.data) })) } : rest;
}

/** As many bytes as one call takes for arguments. */
const ARGUMENTS = 8192;

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += ARGUMENTS)
    text += String.fromCharCode(...bytes.subarray(at, at + ARGUMENTS));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
