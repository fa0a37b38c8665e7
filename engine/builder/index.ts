export { build } from './build.ts';
export { BuildCache, type CacheRecord } from './cache.ts';
export { type ClassicMessage, ClassicOutput, classicMessage } from './classic-output.ts';
export { type Dockerignore, filterTree, parseDockerignore } from './dockerignore.ts';
export { BuildError, type BuildErrorCode } from './errors.ts';
export * from './progress.ts';
export type * from './request.ts';
export type * from './run-step.ts';
