export type { Catalogue, CatalogueEntry } from './catalogue.ts';
export { RegistryError, type RegistryErrorCode } from './errors.ts';
export type { PullProgress } from './progress.ts';
export { type PullOptions, pull, STAND_IN_LABEL } from './pull.ts';
export { RegistryClient, type RegistryClientOptions, type ResolvedManifest } from './registry-client.ts';
