export { createRouter, type ExtraRoutes, type RouterOptions } from './router.ts';
export type { About, RouterServices } from './services.ts';
