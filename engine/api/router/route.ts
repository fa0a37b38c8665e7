import type { Upgraded } from '../transport.ts';
import type { RouterServices } from './services.ts';

/** A request on its way to a handler. */
export interface RouteContext {
  readonly request: Request;
  readonly query: URLSearchParams;
  /** Decoded parts of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** API version asked for, or the engine's. */
  readonly version: string;
  readonly services: RouterServices;
  /** The client asked for the connection itself. */
  readonly upgrade: boolean;
}

export type Answer = Response | Upgraded;
export type Handler = (context: RouteContext) => Answer | Promise<Answer>;

export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly handler: Handler;
}

/** A route for a path such as `/images/{name}/json`. A parameter may hold slashes: names of images do. */
export function route(method: string, path: string, handler: Handler): Route {
  const names: string[] = [];
  const source = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return '(.+)';
  });
  return { method, pattern: new RegExp(`^${source}/?$`), names, handler };
}

/** `a` before `b`, for API versions such as `1.24`. */
export function olderVersion(a: string, b: string): boolean {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor !== bMajor ? aMajor < bMajor : aMinor < bMinor;
}
