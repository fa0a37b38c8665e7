export type { Catalogue, CatalogueEntry } from './catalogue.ts';
export type { OwnRegistry } from './client/endpoint.ts';
export { RegistryClient, type RegistryClientOptions, type ResolvedManifest } from './client/registry-client.ts';
export { RegistryError, type RegistryErrorCode } from './errors.ts';
export type { PullProgress, PushProgress } from './progress.ts';
export { type PullOptions, pull, STAND_IN_LABEL } from './pull.ts';
export { type PushOptions, push } from './push.ts';
export { RegistryService } from './registry-service.ts';
export { openRegistry, type RegistryServer } from './server/index.ts';
