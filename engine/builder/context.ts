import type { Directory } from '../files/node.ts';
import { countBytes, lookup } from '../files/tree.ts';
import { type Dockerignore, filterTree, parseDockerignore } from './dockerignore.ts';
import { BuildError } from './errors.ts';
import { cleanAbsolute } from './paths.ts';
import type { Reporter } from './reporter.ts';
import type { BuildRequest } from './request.ts';

const decoder = new TextDecoder();

export const DEFAULT_DOCKERFILE = 'Dockerfile';

/** The Dockerfile's text and what errors call it. @throws BuildError `dockerfile` */
export function findDockerfile(request: BuildRequest): { readonly name: string; readonly text: string } {
  const name = request.dockerfilePath || DEFAULT_DOCKERFILE;
  if (request.dockerfile !== undefined) return { name, text: request.dockerfile };
  const node = lookup(request.context, cleanAbsolute(name));
  if (node?.kind === 'file') return { name, text: decoder.decode(node.data) };
  const reason = node ? 'is a directory' : 'no such file or directory';
  throw new BuildError('dockerfile', `failed to read dockerfile: open ${name}: ${reason}`);
}

/** A build context's files, as COPY and ADD see them: read when first asked for. */
export class BuildContext {
  readonly #request: BuildRequest;
  readonly #reporter: Reporter;
  readonly #ignore: Dockerignore | undefined;
  #files: Promise<Directory> | undefined;

  private constructor(request: BuildRequest, reporter: Reporter, ignore: Dockerignore | undefined) {
    this.#request = request;
    this.#reporter = reporter;
    this.#ignore = ignore;
  }

  /** @param dockerfile its name: `NAME.dockerignore` goes before `.dockerignore` */
  static async open(request: BuildRequest, reporter: Reporter, dockerfile: string): Promise<BuildContext> {
    const own = lookup(request.context, cleanAbsolute(`${dockerfile}.dockerignore`));
    const found = own?.kind === 'file' ? own : lookup(request.context, '/.dockerignore');
    const inside = found?.kind === 'file' ? found.data : undefined;
    const data = request.dockerignore === undefined ? inside : new TextEncoder().encode(request.dockerignore);
    const vertex = await reporter.vertex('[internal] load .dockerignore');
    const ignore = await vertex.during(async () => {
      // Two bytes are what BuildKit counts when there is none.
      vertex.status('transferring context:', data?.length ?? 2, 0, true);
      return data && parseDockerignore(decoder.decode(data));
    });
    return new BuildContext(request, reporter, ignore);
  }

  /** What is left out of the context that was given; undefined if it does not say. */
  get ignore(): Dockerignore | undefined {
    return this.#ignore;
  }

  files(): Promise<Directory> {
    this.#files ??= this.#load();
    return this.#files;
  }

  async #load(): Promise<Directory> {
    const vertex = await this.#reporter.vertex('[internal] load build context');
    return vertex.during(async () => {
      const { context } = this.#request;
      const files = this.#ignore ? filterTree(context, this.#ignore) : context;
      vertex.status('transferring context:', countBytes(files), 0, true);
      return files;
    });
  }
}
