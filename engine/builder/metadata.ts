import { expandWord, expandWords, type StageInstruction, type Word } from '../dockerfile/index.ts';
import type { ContainerConfig } from '../image/documents.ts';
import { BuildError } from './errors.ts';
import { duration, list, quoteList, quoteNumber } from './go-format.ts';
import { parsePorts } from './ports.ts';
import { type InstructionOf, type StageState, splitEnv, withMetadata } from './stage-state.ts';
import { isSignal } from './stop-signal.ts';

/** What instructions need from around them. */
export interface InstructionContext {
  readonly escape: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly globalArgs: ReadonlyMap<string, string>;
  /** Told each build argument that an ARG takes up. */
  readonly onBuildArg: (name: string) => void;
}

/** Instructions that change only the image's configuration. */
export type MetadataInstruction = Exclude<StageInstruction, { kind: 'RUN' | 'COPY' | 'ADD' | 'WORKDIR' }>;

/** A word with variables put in and quotes taken away. @throws DockerfileError `expansion` */
export function expandIn(state: StageState, word: Word, context: Pick<InstructionContext, 'escape'>): string {
  return expandWord(word.value, { variables: state.variables, escape: context.escape, range: word.range });
}

/** The command line of a shell form or exec form. */
export function commandLine(command: InstructionOf<'RUN'>['command'], config: ContainerConfig): readonly string[] {
  return command.form === 'exec' ? command.argv : [...shellOf(config), command.text];
}

export function shellOf(config: ContainerConfig): readonly string[] {
  return config.Shell?.length ? config.Shell : ['/bin/sh', '-c'];
}

/**
 * Carries out an instruction that makes no layer. History is BuildKit's, to the letter.
 * @throws BuildError `invalid`, DockerfileError `expansion`
 */
export function applyMetadata(
  state: StageState,
  instruction: MetadataInstruction,
  context: InstructionContext,
): StageState {
  const { config } = state;
  const expand = (word: Word) => expandIn(state, word, context);
  const set = (change: Partial<ContainerConfig>, createdBy: string) =>
    withMetadata(state, { config: { ...config, ...change } }, createdBy);
  switch (instruction.kind) {
    case 'ENV': {
      const pairs = instruction.pairs.map(({ key, value }) => [expand(key), expand(value)] as const);
      const createdBy = `ENV ${pairs.map(([key, value]) => `${key}=${value}`).join(' ')}`;
      const next = set(
        { Env: pairs.reduce((env, [key, value]) => setEnv(env, key, value), config.Env ?? []) },
        createdBy,
      );
      return { ...next, variables: new Map([...state.variables, ...pairs]) };
    }
    case 'LABEL': {
      const pairs = instruction.pairs.map(({ key, value }) => [expand(key), expand(value)] as const);
      const createdBy = `LABEL ${pairs.map(([key, value]) => `${key}=${value}`).join(' ')}`;
      return set({ Labels: { ...config.Labels, ...Object.fromEntries(pairs) } }, createdBy);
    }
    case 'ARG':
      return declareArgs(state, instruction, context);
    case 'USER': {
      const user = expand(instruction.user);
      return set({ User: user }, `USER ${user}`);
    }
    case 'EXPOSE': {
      const options = { variables: state.variables, escape: context.escape };
      const words = instruction.ports.flatMap(({ value, range }) => expandWords(value, { ...options, range }));
      const ports = words.flatMap(parsePorts).sort();
      const createdBy = `EXPOSE map[${[...new Set(ports)].map((port) => `${port}:{}`).join(' ')}]`;
      return set({ ExposedPorts: { ...config.ExposedPorts, ...emptyObjects(ports) } }, createdBy);
    }
    case 'VOLUME': {
      const paths = instruction.paths.map(expand);
      if (paths.includes('')) throw new BuildError('invalid', 'VOLUME specified can not be an empty string');
      return set({ Volumes: { ...config.Volumes, ...emptyObjects(paths) } }, `VOLUME ${list(paths)}`);
    }
    case 'CMD': {
      const argv = commandLine(instruction.command, config);
      const next = set({ Cmd: argv, ArgsEscaped: true }, `CMD ${quoteList(argv)}`);
      return { ...next, hasCmd: true };
    }
    case 'ENTRYPOINT': {
      const argv = commandLine(instruction.command, config);
      const reset = state.hasCmd ? {} : { Cmd: undefined };
      return set({ Entrypoint: argv, ...reset }, `ENTRYPOINT ${quoteList(argv)}`);
    }
    case 'SHELL':
      return set({ Shell: instruction.argv }, `SHELL ${list(instruction.argv)}`);
    case 'STOPSIGNAL': {
      const signal = expand(instruction.signal);
      if (!isSignal(signal)) throw new BuildError('invalid', `invalid signal: ${signal}`);
      return set({ StopSignal: signal }, `STOPSIGNAL ${signal}`);
    }
    case 'HEALTHCHECK':
      return set({ Healthcheck: healthcheckOf(instruction) }, healthcheckHistory(instruction));
    case 'ONBUILD':
      // BuildKit leaves ONBUILD out of the history.
      return withMetadata(
        state,
        { config: { ...config, OnBuild: [...(config.OnBuild ?? []), instruction.expression] } },
        undefined,
      );
    case 'MAINTAINER':
      return withMetadata(
        state,
        { author: instruction.maintainer.value },
        `MAINTAINER ${instruction.maintainer.value}`,
      );
  }
}

/** Replaces a variable where it stands, or adds it. */
export function setEnv(env: readonly string[], key: string, value: string): readonly string[] {
  const index = env.findIndex((entry) => splitEnv(entry)[0] === key);
  return index < 0 ? [...env, `${key}=${value}`] : env.with(index, `${key}=${value}`);
}

function declareArgs(state: StageState, instruction: InstructionOf<'ARG'>, context: InstructionContext): StageState {
  const args = new Map(state.args);
  const variables = new Map(state.variables);
  const declared = instruction.declarations.map(({ key, value }) => {
    const name = key.value;
    const given = Object.hasOwn(context.buildArgs, name) ? context.buildArgs[name] : undefined;
    if (given !== undefined) context.onBuildArg(name);
    // The default of an argument that is given is not looked at, and so may be wrong.
    const fallback = () =>
      value
        ? expandWord(value.value, { variables, escape: context.escape, range: value.range })
        : context.globalArgs.get(name);
    const text = given ?? fallback();
    args.set(name, text);
    if (text !== undefined) variables.set(name, text);
    return text === undefined ? name : `${name}=${text}`;
  });
  return withMetadata(state, { args, variables }, `ARG ${declared.join(' ')}`);
}

function healthcheckOf(instruction: InstructionOf<'HEALTHCHECK'>): NonNullable<ContainerConfig['Healthcheck']> {
  const { test, interval, timeout, startPeriod, startInterval, retries } = instruction;
  return {
    Test: test,
    ...(interval ? { Interval: interval } : {}),
    ...(timeout ? { Timeout: timeout } : {}),
    ...(startPeriod ? { StartPeriod: startPeriod } : {}),
    ...(startInterval ? { StartInterval: startInterval } : {}),
    ...(retries ? { Retries: retries } : {}),
  };
}

/** Go's `%q` of a pointer to the struct: that is what BuildKit writes. */
function healthcheckHistory(instruction: InstructionOf<'HEALTHCHECK'>): string {
  const { test, interval, timeout, startPeriod, startInterval, retries } = instruction;
  const times = [interval, timeout, startPeriod, startInterval].map((time) => `"${duration(time)}"`);
  return `HEALTHCHECK &{${quoteList(test)} ${times.join(' ')} ${quoteNumber(retries)}}`;
}

function emptyObjects(keys: readonly string[]): Readonly<Record<string, Readonly<Record<string, never>>>> {
  return Object.fromEntries(keys.map((key) => [key, {}]));
}
