import { heredocText, parseHeredocMarker } from '../dockerfile/index.ts';
import { StartError } from '../machine/errors.ts';
import { BuildError, throwIfCanceled } from './errors.ts';
import { quote } from './go-format.ts';
import { solveLayer } from './layer-step.ts';
import { commandLine, shellOf } from './metadata.ts';
import { PROXY_ARGS } from './platform.ts';
import { prepareMounts } from './run-mounts.ts';
import type { RunStep, StepLimits, StepMount } from './run-step.ts';
import { parentOf, type StepContext, type StepResult } from './stage-solver.ts';
import { type InstructionOf, namedVariables, type StageState, splitEnv, withLayer } from './stage-state.ts';

/** Where BuildKit puts a heredoc that is a script of its own. */
const SCRIPTS = '/dev/pipes';
const encoder = new TextEncoder();

/**
 * RUN: runs the command on the layers so far and makes a layer of what it changed.
 * @throws BuildError `process` if it ends with another exit code than 0
 */
export async function applyRun(
  state: StageState,
  instruction: InstructionOf<'RUN'>,
  context: StepContext,
): Promise<StepResult> {
  const { config } = state;
  refuse(instruction);
  const { argv, script } = commandOf(state, instruction);
  const { command } = instruction;
  const network = instruction.network === 'default' ? (context.request.network ?? 'default') : instruction.network;
  const { mounts, environment, keys, files } = await prepareMounts({ state, instruction, context, argv });
  const env = [...state.variables].map(([name, value]) => `${name}=${value}`);
  const text = script?.type === 'file' ? new TextDecoder().decode(script.data) : '';
  const instructionKey = JSON.stringify(['RUN', argv, text, keys]);
  const variables = namedVariables(state);
  const settings = {
    ...variables,
    USER: config.User ?? '',
    WORKDIR: config.WorkingDir ?? '',
    SHELL: command.form === 'shell' ? shellOf(config).join(' ') : '',
    '--network': network,
    ...limitSettings(context.request.limits),
  };
  const step = {
    layers: state.layers,
    argv,
    env: withProxies(env, context.request.buildArgs ?? {}),
    user: config.User ?? '',
    workingDir: config.WorkingDir || '/',
    mounts: script ? [...mounts, script] : mounts,
    network,
    ...(context.request.limits && { limits: context.request.limits }),
  };
  const solved = await solveLayer(
    context.solver,
    state,
    {
      memory: context.memory,
      index: context.index,
      description: context.description,
      noCache: context.noCache,
      variables,
      inputs: { parent: parentOf(state), instruction: instructionKey, settings, files },
      make: () => execute({ ...step, env: [...step.env, ...environment] }, context),
    },
    context.vertex,
  );
  const createdBy = `RUN ${[...argCount(state), ...argv].join(' ')} # buildkit`;
  return { state: withLayer(state, solved, createdBy), cached: solved.cached };
}

/** What a RUN may ask for that this engine does not give. @throws BuildError `invalid` */
function refuse({ insecure, devices }: InstructionOf<'RUN'>): void {
  if (insecure) {
    const message = 'granting entitlement security.insecure is not allowed by build daemon configuration';
    throw new BuildError('invalid', message, { range: insecure.range });
  }
  const [device] = devices;
  if (!device) return;
  const message = `RUN --device=${device.value}: there are no devices to give to a build here`;
  throw new BuildError('invalid', message, { range: device.range });
}

async function execute(
  step: Omit<RunStep, 'onStart' | 'onOutput' | 'signal'>,
  context: StepContext,
): Promise<Uint8Array> {
  const { vertex } = context;
  const { signal } = context.solver;
  const failed = (exitCode: number, cause?: unknown) =>
    new BuildError(
      'process',
      `process ${quote(step.argv.join(' '))} did not complete successfully: exit code: ${exitCode}`,
      {
        process: { argv: step.argv, exitCode },
        cause,
      },
    );
  try {
    const { exitCode, layerTar } = await context.environment.runStep({
      ...step,
      onStart: (id) => context.onContainer(id),
      onOutput: (stream, bytes) => vertex.log(stream === 'stdout' ? 1 : 2, bytes),
      signal,
    });
    throwIfCanceled(signal);
    if (exitCode !== 0) throw failed(exitCode);
    return layerTar;
  } catch (error) {
    throwIfCanceled(signal);
    if (!(error instanceof StartError)) throw error;
    // As with runc: what could not be started says so in the step's output, and the step has failed.
    vertex.log(2, encoder.encode(`${error.message}\n`));
    throw failed(1, error);
  }
}

/** The command, and the script that it is if it came as a heredoc with an interpreter of its own. */
function commandOf(
  state: StageState,
  { command, heredocs }: InstructionOf<'RUN'>,
): { readonly argv: readonly string[]; readonly script: StepMount | undefined } {
  const [first] = heredocs;
  if (command.form === 'exec' || !first) return { argv: commandLine(command, state.config), script: undefined };
  const alone = parseHeredocMarker(command.text) !== undefined;
  const content = heredocText(first);
  if (alone && content.startsWith('#!')) {
    const target = `${SCRIPTS}/${first.name}`;
    const data = encoder.encode(content);
    return { argv: [target], script: { type: 'file', target, data, mode: 0o755, uid: 0, gid: 0 } };
  }
  // Several, or one among other words: the shell reads heredocs itself, if they are put back.
  const text = alone
    ? content
    : [command.text, ...heredocs.map((heredoc) => heredoc.content + heredoc.name)].join('\n');
  return { argv: commandLine({ form: 'shell', text }, state.config), script: undefined };
}

/** As in BuildKit, what a process can see of the limits decides what it makes; how much it may use does not. */
function limitSettings(limits: StepLimits | undefined): Readonly<Record<string, string>> {
  if (!limits) return {};
  const { extraHosts, shmSize, ulimits } = limits;
  return {
    ...(extraHosts.length > 0 && { '--add-host': extraHosts.join(' ') }),
    ...(shmSize > 0 && { '--shm-size': String(shmSize) }),
    ...(ulimits.length > 0 && { '--ulimit': JSON.stringify(ulimits) }),
  };
}

/** `|2 A=1 B=2`, as history has it in front of the command. */
function argCount({ args, variables }: StageState): readonly string[] {
  const shown = [...args].map(([name, value]) => `${name}=${variables.get(name) ?? value ?? ''}`);
  return shown.length === 0 ? [] : [`|${shown.length}`, ...shown];
}

/** The proxies given as build arguments, each under its name in capitals and in small letters, as BuildKit has them. */
function withProxies(env: readonly string[], buildArgs: Readonly<Record<string, string>>): readonly string[] {
  const set = new Set(env.map((entry) => splitEnv(entry)[0]));
  const proxies = Object.entries(buildArgs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([name]) => PROXY_ARGS.includes(name.toLowerCase()))
    .flatMap(([name, value]) => [name.toUpperCase(), name.toLowerCase()].map((cased) => [cased, value] as const));
  return [
    ...env,
    ...[...new Map(proxies)].filter(([name]) => !set.has(name)).map(([name, value]) => `${name}=${value}`),
  ];
}
