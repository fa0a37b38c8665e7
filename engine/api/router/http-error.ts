import { BuildError } from '../../builder/errors.ts';
import { ContainerError } from '../../container/errors.ts';
import { TarError } from '../../files/tar/error.ts';
import { ImageError } from '../../image/errors.ts';
import { MachineError } from '../../machine/errors.ts';
import { RegistryError } from '../../registry/errors.ts';

/** A request that the router itself refuses. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const badRequest = (message: string): HttpError => new HttpError(400, message);

export const notImplemented = (what: string): HttpError =>
  new HttpError(501, `${what} is not supported by this engine yet`);

const CONTAINER_STATUS: Readonly<Record<ContainerError['code'], number>> = {
  'not-found': 404,
  'invalid-parameter': 400,
  conflict: 409,
  'not-modified': 304,
  forbidden: 403,
  'not-implemented': 501,
  unavailable: 503,
  system: 500,
};

const IMAGE_STATUS: Readonly<Record<string, number>> = {
  'not-found': 404,
  conflict: 409,
  invalid: 400,
  'too-large': 413,
};

const BROKEN_REGISTRY: readonly RegistryError['code'][] = ['unavailable', 'refused', 'corrupt'];

const BAD_BUILDS: readonly BuildError['code'][] = ['dockerfile', 'invalid', 'not-found'];

/** The HTTP status of an error (moby's errdefs to httpstatus): 500 for anything nobody foresaw. */
export function statusOf(error: unknown): number {
  if (error instanceof HttpError) return error.status;
  if (error instanceof ContainerError) return CONTAINER_STATUS[error.code];
  if (error instanceof ImageError) return IMAGE_STATUS[error.code] ?? 500;
  if (error instanceof RegistryError) return BROKEN_REGISTRY.includes(error.code) ? 500 : 404;
  if (error instanceof TarError) return 400;
  if (error instanceof BuildError) return BAD_BUILDS.includes(error.code) ? 400 : 500;
  if (error instanceof MachineError) return error.code === 'crashed' || error.code === 'not-running' ? 503 : 500;
  return 500;
}

/** `{"message": ...}`; a 304 has no body. */
export function errorResponse(error: unknown): Response {
  const status = statusOf(error);
  if (status === 304) return new Response(null, { status });
  const message = error instanceof Error ? error.message : String(error);
  return json({ message }, status);
}

/** A JSON answer as Go writes it, with a newline at the end. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}

export const noContent = (): Response => new Response(null, { status: 204 });
