import { type Digest, isDigest } from './digest.ts';
import { ImageError } from './errors.ts';

/** A normalized image name: always a domain and a path, and a tag, a digest or both. */
export interface Reference {
  /** Registry host, with port if any: `docker.io`, `localhost:5000`. */
  readonly domain: string;
  /** Repository within it: `library/alpine`. */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const DEFAULT_DOMAIN = 'docker.io';
const LEGACY_DOMAIN = 'index.docker.io';
const OFFICIAL = 'library/';
const DEFAULT_TAG = 'latest';
const MAX_NAME = 255;

// Grammar of github.com/distribution/reference.
const PATH_COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const DOMAIN_COMPONENT = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = new RegExp(`^(?:${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const PATH = new RegExp(`^${PATH_COMPONENT}(?:/${PATH_COMPONENT})*$`);
const TAG = /^[\w][\w.-]{0,127}$/;
const HEX_ID = /^[a-f0-9]{64}$/;

/**
 * Reads what people write: `alpine`, `alpine:3.20`, `localhost:5000/x@sha256:...`. Adds `docker.io`, `library/` and,
 * unless `bare`, the tag `latest` where there is neither tag nor digest.
 * @throws ImageError `invalid` in Docker's words
 */
export function parseReference(text: string, options: { readonly bare?: boolean } = {}): Reference {
  if (text === '') throw invalid();
  if (HEX_ID.test(text)) {
    throw new ImageError('invalid', `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  const at = text.indexOf('@');
  const named = at < 0 ? text : text.slice(0, at);
  const digestText = at < 0 ? undefined : text.slice(at + 1);
  const { domain, rest } = splitDomain(named);
  const colon = rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);

  if (path.toLowerCase() !== path) {
    throw invalid(`repository name (${path}) must be lowercase`);
  }
  if (!DOMAIN.test(domain) || !PATH.test(path) || (tag !== undefined && !TAG.test(tag))) throw invalid();
  if (domain.length + 1 + path.length > MAX_NAME) {
    throw new ImageError('invalid', `repository name must not be more than ${MAX_NAME} characters`);
  }
  if (digestText !== undefined && !isDigest(digestText)) throw invalid();
  const effectiveTag = tag ?? (digestText === undefined && !options.bare ? DEFAULT_TAG : undefined);
  return {
    domain,
    path,
    ...(effectiveTag === undefined ? {} : { tag: effectiveTag }),
    ...(digestText === undefined ? {} : { digest: digestText }),
  };
}

/** A first part is a host only if it looks like one: with a dot or a port, `localhost`, or with capitals. */
function splitDomain(named: string): { readonly domain: string; readonly rest: string } {
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first;
  const given = slash >= 0 && isHost;
  const domain = given ? (first === LEGACY_DOMAIN ? DEFAULT_DOMAIN : first) : DEFAULT_DOMAIN;
  const rest = given ? named.slice(slash + 1) : named;
  const official = domain === DEFAULT_DOMAIN && !rest.includes('/');
  return { domain, rest: official ? OFFICIAL + rest : rest };
}

function invalid(why?: string): ImageError {
  return new ImageError('invalid', `invalid reference format${why ? `: ${why}` : ''}`);
}

/** Domain and path: `docker.io/library/alpine`. */
export function repositoryName(reference: Reference): string {
  return `${reference.domain}/${reference.path}`;
}

/** The full form: `docker.io/library/alpine:latest`, `...@sha256:...`. */
export function canonicalName(reference: Reference): string {
  return repositoryName(reference) + suffix(reference);
}

/** Repository as people write it: `alpine`, `user/app`, `localhost:5000/x`. */
export function familiarRepository(reference: Reference): string {
  if (reference.domain !== DEFAULT_DOMAIN) return repositoryName(reference);
  const { path } = reference;
  const short = path.slice(OFFICIAL.length);
  return path.startsWith(OFFICIAL) && !short.includes('/') ? short : path;
}

/** As Docker shows it: `alpine:latest`, `localhost:5000/x:v1`, `alpine@sha256:...`. */
export function familiarName(reference: Reference): string {
  return familiarRepository(reference) + suffix(reference);
}

function suffix({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}
