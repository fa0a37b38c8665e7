/** A Go template (pkg.go.dev/text/template) as far as `--format` needs it. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'range' | 'with';
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    };

export interface Pipeline {
  /** Variables that the value is given to, as in `{{range $key, $value := .Labels}}`. */
  readonly variables: readonly string[];
  /** Each takes the value of the one before as its last argument. */
  readonly commands: readonly Call[];
}

export type Call = readonly [first: Operand, ...others: Operand[]];

/** `position` is where it begins in the template: errors tell it. */
export type Operand =
  | { readonly kind: 'function'; readonly name: string; readonly position: number }
  | { readonly kind: 'literal'; readonly value: unknown; readonly position: number }
  | {
      readonly kind: 'chain';
      readonly base: { readonly variable: string } | { readonly pipeline: Pipeline } | 'dot';
      readonly fields: readonly string[];
      readonly text: string;
      readonly position: number;
    };

/** The template cannot be read or run; the message is Go's. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly code: 'parse' | 'execute';
  constructor(code: TemplateError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
