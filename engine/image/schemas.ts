import * as z from 'zod/mini';
import { isDigest } from './digest.ts';
import { ImageError } from './errors.ts';

// What documents from elsewhere must be. Go, which the tools of others are written in, takes null for anything, and so
// do these. Unknown fields stay. documents.ts says what each field means.

const list = <T extends z.core.SomeType>(of: T) => z.nullish(z.array(of));
const record = <T extends z.core.SomeType>(of: T) => z.nullish(z.record(z.string(), of));
const text = z.nullish(z.string());
const integer = z.number().check(z.refine(Number.isSafeInteger, 'must be a whole number'));
const strings = list(z.string());
/** Go's `strslice`: one string stands for a list of one. */
const words = z.nullish(
  z.union([
    z.pipe(
      z.string(),
      z.transform((one: string) => [one]),
    ),
    z.array(z.string()),
  ]),
);
const digest = z.string().check(z.refine(isDigest, 'must be sha256 and 64 hex digits'));
const size = integer.check(z.refine((bytes) => bytes >= 0, 'must be a number of bytes'));

const platform = z.looseObject({ architecture: z.string(), os: z.string(), variant: text, 'os.version': text });

export const descriptorSchema = z.looseObject({
  mediaType: text,
  digest,
  size,
  annotations: record(z.string()),
  platform: z.nullish(platform),
});

const schemaVersion = z.literal(2, 'must be 2');

export const manifestSchema = z.looseObject({
  schemaVersion,
  mediaType: text,
  config: descriptorSchema,
  layers: z.array(descriptorSchema),
  annotations: record(z.string()),
});

export const indexSchema = z.looseObject({
  schemaVersion,
  mediaType: text,
  manifests: z.array(descriptorSchema),
  annotations: record(z.string()),
});

const duration = z.nullish(integer);
const set = record(z.nullish(z.looseObject({})));

const containerConfig = z.looseObject({
  User: text,
  ExposedPorts: set,
  Env: strings,
  Entrypoint: words,
  Cmd: words,
  Volumes: set,
  WorkingDir: text,
  Labels: record(z.string()),
  StopSignal: text,
  Healthcheck: z.nullish(
    z.looseObject({
      Test: strings,
      Interval: duration,
      Timeout: duration,
      StartPeriod: duration,
      StartInterval: duration,
      Retries: duration,
    }),
  ),
  Shell: words,
  OnBuild: strings,
  ArgsEscaped: z.nullish(z.boolean()),
});

const time = z.nullish(
  z.string().check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'must be a time as RFC 3339 has it')),
);

export const imageConfigSchema = z.looseObject({
  created: time,
  author: text,
  architecture: text,
  os: text,
  variant: text,
  config: z.nullish(containerConfig),
  rootfs: z.looseObject({ diff_ids: list(digest) }),
  history: list(
    z.looseObject({
      created: time,
      created_by: text,
      author: text,
      comment: text,
      empty_layer: z.nullish(z.boolean()),
    }),
  ),
});

/** Docker's `manifest.json` in an archive (moby, image/tarexport). */
export const archiveManifestSchema = z.array(
  z.looseObject({ Config: z.string(), RepoTags: strings, Layers: z.array(z.string()) }),
);

/**
 * @param what names the document in errors
 * @throws ImageError `invalid`, saying which field is not what it must be
 */
export function check<T extends z.core.$ZodType>(schema: T, value: unknown, what: string): z.core.output<T> {
  const result = z.core.safeParse(schema, value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = (issue?.path ?? []).map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  const field = path === '' ? what : `${what}: ${path.replace(/^\./, '')}`;
  throw new ImageError('invalid', `${field} ${issue ? complaint(issue) : 'is not valid'}`);
}

function complaint(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom' || issue.code === 'invalid_value') return issue.message;
  if (issue.code !== 'invalid_type') return 'is not valid';
  return `must be ${EXPECTED[issue.expected] ?? `a ${issue.expected}`}`;
}

const EXPECTED: Readonly<Record<string, string>> = { array: 'a list', object: 'an object', record: 'an object' };
