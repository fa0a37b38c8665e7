import { goSyntaxError } from './go-json.ts';
import { badRequest } from './http-error.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON object a request carries. Throws HttpError in dockerd's words. */
export async function readObject(request: Request): Promise<JsonObject> {
  const value = await readOptionalObject(request);
  if (!value) throw badRequest('invalid JSON: got EOF while reading request body');
  return value;
}

/** The same; undefined if there is no body. */
export async function readOptionalObject(request: Request): Promise<JsonObject | undefined> {
  const text = await request.text();
  if (text.trim() === '') return undefined;
  const type = request.headers.get('Content-Type') ?? '';
  if (!/^application\/json(\s*;|$)/i.test(type)) {
    throw badRequest(`unsupported Content-Type header (${type}): must be 'application/json'`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest(`invalid JSON: ${goSyntaxError(text)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const found = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
    throw badRequest(`invalid JSON: json: cannot unmarshal ${found} into Go value`);
  }
  return value as JsonObject;
}

/** Checks the types of the fields that are there. `null` is always taken, as Go does. Throws HttpError. */
export function checkFields(value: JsonObject, types: Readonly<Record<string, FieldType>>, where: string): void {
  for (const [name, type] of Object.entries(types)) {
    const field = value[name];
    if (field === undefined || field === null || CHECKS[type](field)) continue;
    const found = Array.isArray(field) ? 'array' : typeof field === 'boolean' ? 'bool' : typeof field;
    throw badRequest(
      `invalid JSON: json: cannot unmarshal ${found} into Go struct field ${where}.${name} of type ${type}`,
    );
  }
}

export type FieldType =
  | 'string'
  | 'bool'
  | 'int64'
  | '[]string'
  | 'map[string]string'
  | 'struct'
  | '[]struct'
  | 'strslice.StrSlice';

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const isStrings = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');

const CHECKS: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  bool: (value) => typeof value === 'boolean',
  int64: (value) => Number.isInteger(value),
  '[]string': isStrings,
  'map[string]string': (value) =>
    isObject(value) && Object.values(value as object).every((item) => typeof item === 'string'),
  struct: isObject,
  '[]struct': (value) => Array.isArray(value) && value.every(isObject),
  'strslice.StrSlice': (value) => typeof value === 'string' || isStrings(value),
};
