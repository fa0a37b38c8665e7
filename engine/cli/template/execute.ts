import { type Call, type Node, type Operand, type Pipeline, TemplateError } from './ast.ts';
import { FUNCTIONS, type TemplateFunction, truth } from './functions.ts';
import { parseTemplate } from './parse.ts';
import { isMap, printValue } from './print.ts';

export interface TemplateOptions {
  /** What Go says of a field that is not there. Left out: a missing key of a map. */
  readonly missing?: (field: string) => string;
  /** In place of Docker's functions of the same name. */
  readonly functions?: ReadonlyMap<string, TemplateFunction>;
  /** Printed for a value that is not there, such as a missing key of a labels map. */
  readonly noValue?: string;
}

export interface Template {
  /** Throws {@link TemplateError} `execute`. */
  execute(data: unknown): string;
}

interface Value {
  readonly value: unknown;
  readonly path: readonly string[];
}

interface Scope {
  readonly dot: Value;
  readonly variables: ReadonlyMap<string, Value>;
}

/** Throws {@link TemplateError} `parse`. */
export function compileTemplate(text: string, options: TemplateOptions = {}): Template {
  const functions = new Map([...FUNCTIONS, ...(options.functions ?? [])]);
  const nodes = parseTemplate(text, new Set(functions.keys()));
  return { execute: (data) => new Execution(text, functions, options).run(nodes, data) };
}

class Execution {
  readonly #text: string;
  readonly #functions: ReadonlyMap<string, TemplateFunction>;
  readonly #options: TemplateOptions;

  constructor(text: string, functions: ReadonlyMap<string, TemplateFunction>, options: TemplateOptions) {
    this.#text = text;
    this.#functions = functions;
    this.#options = options;
  }

  run(nodes: readonly Node[], data: unknown): string {
    const root: Value = { value: data, path: [] };
    return this.#nodes(nodes, { dot: root, variables: new Map([['$', root]]) });
  }

  #nodes(nodes: readonly Node[], scope: Scope): string {
    let inner = scope;
    let result = '';
    for (const node of nodes) {
      if (node.kind === 'text') result += node.text;
      else if (node.kind === 'action') {
        const value = this.#pipeline(node.pipeline, inner);
        const [variable] = node.pipeline.variables;
        if (variable) inner = { ...inner, variables: new Map([...inner.variables, [variable, value]]) };
        else result += value.value === undefined ? (this.#options.noValue ?? '<no value>') : print(value);
      } else result += this.#block(node, inner);
    }
    return result;
  }

  #block(node: Exclude<Node, { kind: 'text' | 'action' }>, scope: Scope): string {
    const value = this.#pipeline(node.pipeline, scope);
    if (node.kind !== 'range') {
      if (!truth(value.value)) return this.#nodes(node.otherwise, scope);
      return this.#nodes(node.body, node.kind === 'with' ? bind(scope, node.pipeline, value) : scope);
    }
    const items = entries(value);
    if (items.length === 0) return this.#nodes(node.otherwise, scope);
    return items.map(([key, item]) => this.#nodes(node.body, bind(scope, node.pipeline, item, key))).join('');
  }

  #pipeline({ commands }: Pipeline, scope: Scope): Value {
    let piped: Value | undefined;
    for (const command of commands) piped = this.#call(command, scope, piped);
    return piped ?? { value: undefined, path: [] };
  }

  #call([first, ...others]: Call, scope: Scope, piped: Value | undefined): Value {
    const args = others.map((operand) => this.#operand(operand, scope, []).value);
    if (piped) args.push(piped.value);
    if (first.kind !== 'function') return this.#operand(first, scope, args);
    const called = this.#functions.get(first.name);
    try {
      return { value: called?.(...args), path: [] };
    } catch (error) {
      if (error instanceof TemplateError) throw error;
      return this.#fail(first.position, first.name, error instanceof Error ? error.message : String(error));
    }
  }

  #operand(operand: Operand, scope: Scope, args: readonly unknown[]): Value {
    if (operand.kind === 'literal') return { value: operand.value, path: [] };
    if (operand.kind === 'function') return this.#call([operand], scope, undefined);
    const { base, fields } = operand;
    let current: Value;
    if (base === 'dot') current = scope.dot;
    else if ('variable' in base) current = scope.variables.get(base.variable) ?? { value: undefined, path: [] };
    else current = this.#pipeline(base.pipeline, scope);
    for (const [index, field] of fields.entries()) {
      const before = fields.slice(0, index).reduce((length, name) => length + name.length + 1, 0);
      const at = { ...operand, position: operand.position + before };
      current = this.#field(current, field, at, index === fields.length - 1 ? args : []);
    }
    return current;
  }

  #field({ value, path }: Value, field: string, operand: Operand & { kind: 'chain' }, args: readonly unknown[]): Value {
    if (typeof value === 'object' && value !== null && field in value) {
      const found = (value as Record<string, unknown>)[field];
      return { value: typeof found === 'function' ? found(...args) : found, path: [...path, field] };
    }
    // A Go map without the key gives no value; only Docker's own documents are read strictly.
    if (isMap(path)) return { value: undefined, path: [...path, field] };
    const reason = this.#options.missing?.(field) ?? `map has no entry for key ${JSON.stringify(field)}`;
    return this.#fail(
      operand.position,
      operand.text,
      value === null ? `nil pointer evaluating interface {}.${field}` : reason,
    );
  }

  #fail(position: number, at: string, reason: string): never {
    const before = this.#text.slice(0, position).split('\n');
    const column = before.at(-1)?.length ?? 0;
    throw new TemplateError('execute', `template: :${before.length}:${column}: executing "" at <${at}>: ${reason}`);
  }
}

function print({ value, path }: Value): string {
  if (value === null) return isMap(path) ? 'map[]' : isList(path) ? '[]' : '<nil>';
  return printValue(value, path);
}

/** Fields that JSON gives as null when the list is nil. */
function isList(path: readonly string[]): boolean {
  return LISTS.has(path.at(-1) ?? '');
}

const LISTS = new Set([
  'Binds',
  'Cmd',
  'CapAdd',
  'CapDrop',
  'Entrypoint',
  'Env',
  'ExecIDs',
  'Mounts',
  'OnBuild',
  'RepoTags',
]);

function bind(scope: Scope, pipeline: Pipeline, item: Value, key?: unknown): Scope {
  const variables = new Map(scope.variables);
  const names = pipeline.variables;
  if (names.length === 2) variables.set(names[0] ?? '', { value: key, path: [] });
  const last = names.at(-1);
  if (last) variables.set(last, item);
  return { dot: item, variables };
}

function entries({ value, path }: Value): readonly (readonly [key: unknown, item: Value])[] {
  if (Array.isArray(value)) return value.map((item, index) => [index, { value: item, path: [] }] as const);
  if (typeof value === 'number')
    return Array.from({ length: value }, (_, index) => [index, { value: index, path: [] }]);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, { value: item, path: [...path, key] }] as const);
}
