export type { Hijacked } from './connection.ts';
export type { AttachOptions, CommitOptions, LogsOptions } from './containers.ts';
export { EngineClient } from './engine-client.ts';
export { EngineApiError, EngineUnreachableError, StreamError } from './errors.ts';
export { demultiplex, type Frame, frame, frames, MultiplexError, type StreamKind } from './multiplex.ts';
export { ndjson, ndjsonLines } from './ndjson.ts';
