/** How a flag takes its value; the name is what `--help` shows for it (none for `bool`). */
export type FlagType =
  | 'bool'
  | 'string'
  | 'int'
  | 'uint16'
  | 'bytes'
  | 'decimal'
  | 'duration'
  | 'list'
  | 'stringArray'
  | 'strings'
  | 'map'
  | 'filter'
  | 'mount'
  | 'network'
  | 'ulimit'
  | 'gpu-request';

/** What a command gets: bytes and durations (nanoseconds) as numbers, whatever may be repeated as a list. */
export type FlagValue<T extends FlagType> = T extends 'bool'
  ? boolean
  : T extends 'int' | 'uint16' | 'bytes' | 'decimal' | 'duration'
    ? number
    : T extends 'string'
      ? string
      : readonly string[];

export interface Flag<N extends string = string, T extends FlagType = FlagType> {
  readonly name: N;
  readonly type: T;
  /** The text of `--help`, before wrapping. */
  readonly usage: string;
  /** One letter, or empty. */
  readonly shorthand: string;
  readonly initial?: boolean | number | string;
  /** Throws FlagValueError if a value, though of the right type, is not to be had. */
  readonly check?: (text: string) => void;
  /** Works, but `--help` does not tell of it. */
  readonly hidden?: boolean;
  readonly deprecated?: string;
}

/** Values by flag name. */
export type FlagValues<F extends readonly Flag[]> = {
  readonly [Each in F[number] as Each['name']]: FlagValue<Each['type']>;
};

export function flag<const N extends string, const T extends FlagType>(
  name: N,
  type: T,
  usage: string,
  shorthand = '',
  initial?: boolean | number | string,
): Flag<N, T> {
  return { name, type, usage, shorthand, ...(initial === undefined ? {} : { initial }) };
}

/** The same flag, with values that `check` throws FlagValueError for refused. */
export function checked<const N extends string, const T extends FlagType>(
  each: Flag<N, T>,
  check: (text: string) => void,
): Flag<N, T> {
  return { ...each, check };
}

/** Another name for a flag, kept for old scripts; `deprecated` says what to use, and is printed when it is used. */
export function hidden<const N extends string, const T extends FlagType>(
  name: N,
  type: T,
  deprecated?: string,
): Flag<N, T> {
  return { name, type, usage: '', shorthand: '', hidden: true, ...(deprecated === undefined ? {} : { deprecated }) };
}

/** How errors call it: `-m, --memory`, `--cpus`. */
export function flagLabel({ name, shorthand }: Flag): string {
  return shorthand ? `-${shorthand}, --${name}` : `--${name}`;
}
