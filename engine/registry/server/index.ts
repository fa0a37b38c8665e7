export { DEFAULT_LIMITS, type RegistryLimits } from './limits.ts';
export { openRegistry, type RegistryServer, type RegistryServerOptions } from './registry-server.ts';
