export type { Attachment, AttachOptions } from './attach.ts';
export { CacheMounts } from './cache-mounts.ts';
export { type Clock, parseDuration, parseTime, rfc3339Nano, systemClock } from './clock.ts';
export type { CommitOptions } from './commit.ts';
export { ContainerService, type ContainerServiceOptions } from './container-service.ts';
export { ContainerError, type ContainerErrorCode } from './errors.ts';
export type { LogQuery } from './log-buffer.ts';
export type { NetworkService } from './network/network-service.ts';
export { runStepExecutor } from './run-step.ts';
