import { ImageError } from '../image/errors.ts';
import { familiarRepository, parseReference, type Reference, repositoryName } from '../image/reference.ts';
import { CliError } from './errors.ts';

/** A reference as it was typed, without a tag added. Throws CliError with `before` ahead of Docker's words. */
export function reference(text: string, before = ''): Reference {
  try {
    return parseReference(text, { bare: true });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new CliError(before + error.message, 1, { cause: error });
  }
}

/** Full repository name and tag, as the API takes them for `commit` and `tag`. */
export function splitReference(text: string, before = ''): { readonly repo: string; readonly tag: string } {
  const parsed = reference(text, before);
  return { repo: repositoryName(parsed), tag: parsed.tag ?? parsed.digest ?? '' };
}

/** A name from the API as tables show it: repository without docker.io, and tag. */
export function familiar(text: string): {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
} {
  const parsed = reference(text);
  return {
    repository: familiarRepository(parsed),
    ...(parsed.tag === undefined ? {} : { tag: parsed.tag }),
    ...(parsed.digest === undefined ? {} : { digest: parsed.digest }),
  };
}
