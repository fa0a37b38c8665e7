import { INSTRUCTION_NAMES } from './arguments.ts';
import type { DockerfileAst, InstructionNode } from './ast.ts';
import { parseDuration } from './duration.ts';
import { DockerfileError } from './error.ts';
import { type FlagKind, type Flags, parseFlags } from './flags.ts';
import { heredocText, parseHeredocMarker } from './heredoc.ts';
import type {
  ArgInstruction,
  CommandLine,
  Dockerfile,
  HealthcheckInstruction,
  Instruction,
  KeyValue,
  Stage,
  StageInstruction,
} from './instructions.ts';
import { checkMount } from './mount.ts';
import { parseDockerfile } from './parse.ts';
import type { SourceRange, Word } from './range.ts';
import { suggest } from './suggest.ts';

/**
 * Reads a Dockerfile as stages of typed instructions.
 * @throws DockerfileError with the range concerned, in BuildKit's words
 */
export function readDockerfile(text: string): Dockerfile {
  return interpretDockerfile(parseDockerfile(text));
}

/**
 * Groups a parsed Dockerfile's instructions into stages.
 * @throws DockerfileError as {@link interpretInstruction} does, and `no-stage`
 */
export function interpretDockerfile(ast: DockerfileAst): Dockerfile {
  const globalArgs: ArgInstruction[] = [];
  const stages: (Stage & { instructions: StageInstruction[] })[] = [];
  for (const node of ast.instructions) {
    const instruction = interpretAt(node);
    const stage = stages.at(-1);
    if (instruction.kind === 'FROM') {
      stages.push({ index: stages.length, from: instruction, name: instruction.stageName?.value, instructions: [] });
    } else if (stage) {
      stage.instructions.push(instruction);
    } else if (instruction.kind === 'ARG') {
      globalArgs.push(instruction);
    } else {
      throw new DockerfileError('no-stage', 'no build stage in current context', node.range);
    }
  }
  if (stages.length === 0) {
    const range = ast.instructions[0]?.range;
    throw new DockerfileError('no-stage', 'dockerfile contains no stages to build', range);
  }
  return { globalArgs, stages, escape: ast.escape };
}

/** Adds to an error the line that BuildKit's message names. */
function interpretAt(node: InstructionNode): Instruction {
  try {
    return interpretInstruction(node);
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    const message = `dockerfile parse error on line ${node.range.start.line}: ${error.message}`;
    const suggestion = error.suggestion;
    // The inner message ends with the suggestion already.
    const bare = suggestion ? message.slice(0, -` (did you mean ${suggestion}?)`.length) : message;
    throw new DockerfileError(error.code, bare, error.range ?? node.range, suggestion);
  }
}

/**
 * Reads a trigger that an image carries: one instruction, neither FROM nor ONBUILD.
 * @param range where it is carried out: it stands in another Dockerfile, so this is the place of all of it
 * @throws DockerfileError at that place
 */
export function readTrigger(expression: string, range?: SourceRange): StageInstruction {
  try {
    const [node, second] = parseDockerfile(expression).instructions;
    if (!node || second) throw new DockerfileError('syntax', 'onbuild trigger should be a single expression');
    const instruction = interpretInstruction(node);
    if (instruction.kind === 'FROM') throw new DockerfileError('syntax', "FROM isn't allowed as an ONBUILD trigger");
    return range ? relocate(instruction, range) : instruction;
  } catch (error) {
    if (!(error instanceof DockerfileError) || !range) throw error;
    throw error.at(range);
  }
}

/** The same with every place in it replaced. */
function relocate<T>(value: T, range: SourceRange): T {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => {
    return [key, key === 'range' || key === 'contentRange' ? range : relocate(item, range)] as const;
  });
  return (Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries)) as T;
}

type Interpreter = (node: InstructionNode) => Instruction;

/**
 * Gives one instruction its type.
 * @throws DockerfileError `unknown-instruction`, `unknown-flag`, `flag-value`, `arguments` or `heredoc`
 */
export function interpretInstruction(node: InstructionNode): Instruction {
  const name = node.keyword.value;
  const interpret = INTERPRETERS[name.toUpperCase()];
  if (!interpret) {
    const suggestion = suggest(name, INSTRUCTION_NAMES, true);
    throw new DockerfileError('unknown-instruction', `unknown instruction: ${name}`, node.keyword.range, suggestion);
  }
  return interpret(node);
}

const INTERPRETERS: Readonly<Record<string, Interpreter>> = {
  FROM: (node) => {
    const words = wordsOf(node);
    const [image, as, stage] = words;
    const named = words.length === 3 && as?.value.toLowerCase() === 'as';
    if (!image || !(words.length === 1 || named)) {
      throw new DockerfileError('arguments', 'FROM requires either one or three arguments', node.range);
    }
    if (stage && !/^[a-z][a-z0-9-_.]*$/.test(stage.value.toLowerCase())) {
      const reason = "name can't start with a number or contain symbols";
      const message = `invalid name for build stage: ${JSON.stringify(stage.value)}, ${reason}`;
      throw new DockerfileError('arguments', message, stage.range);
    }
    const flags = parseFlags(node, { platform: 'string' });
    const stageName = stage && { value: stage.value.toLowerCase(), range: stage.range };
    return { kind: 'FROM', ...common(node), image, stageName, platform: flags.string('platform') };
  },
  RUN: (node) => {
    const flags = parseFlags(node, { mount: 'strings', network: 'string', security: 'string', device: 'strings' });
    const mounts = flags.strings('mount').map((text) => ({ text }));
    for (const mount of mounts) checkMount(mount);
    const security = flags.string('security');
    if (security && !['sandbox', 'insecure'].includes(security.value)) {
      const message = `security ${JSON.stringify(security.value)} is not valid`;
      throw new DockerfileError(
        'flag-value',
        message,
        security.range,
        suggest(security.value, ['sandbox', 'insecure']),
      );
    }
    const network = flags.string('network');
    if (network && !NETWORKS.some((known) => known === network.value)) {
      const message = `invalid network mode ${JSON.stringify(network.value)}`;
      throw new DockerfileError('flag-value', message, network.range, suggest(network.value, NETWORKS));
    }
    return {
      kind: 'RUN',
      ...common(node),
      command: commandOf(node),
      heredocs: node.heredocs,
      mounts,
      network: NETWORKS.find((known) => known === network?.value) ?? 'default',
      insecure: security?.value === 'insecure' ? security : undefined,
      devices: flags.strings('device'),
    };
  },
  COPY: (node) => {
    const known = { ...TRANSFER_FLAGS, from: 'string', parents: 'boolean' } as const;
    const { flags, ...transfer } = transferOf(node, known);
    return { kind: 'COPY', ...transfer, from: flags.string('from'), parents: flags.boolean('parents') ?? false };
  },
  ADD: (node) => {
    const known = { ...TRANSFER_FLAGS, checksum: 'string', 'keep-git-dir': 'boolean', unpack: 'boolean' } as const;
    const { flags, ...transfer } = transferOf(node, known);
    return {
      kind: 'ADD',
      ...transfer,
      checksum: flags.string('checksum'),
      keepGitDir: flags.boolean('keep-git-dir') ?? false,
      unpack: flags.boolean('unpack'),
    };
  },
  WORKDIR: (node) => ({ kind: 'WORKDIR', ...common(node), path: oneArgument(node) }),
  ENV: (node) => ({ kind: 'ENV', ...common(node), pairs: pairsOf(node) }),
  LABEL: (node) => ({ kind: 'LABEL', ...common(node), pairs: pairsOf(node) }),
  ARG: (node) => {
    parseFlags(node, {});
    const declarations = atLeastOne(node).map(({ value: word, range }) => {
      const equals = word.indexOf('=');
      if (equals === 0) throw new DockerfileError('arguments', 'ARG names can not be blank', range);
      if (equals < 0) return { key: { value: word, range }, value: undefined };
      return { key: { value: word.slice(0, equals), range }, value: { value: word.slice(equals + 1), range } };
    });
    return { kind: 'ARG', ...common(node), declarations };
  },
  USER: (node) => ({ kind: 'USER', ...common(node), user: oneArgument(node) }),
  EXPOSE: (node) => {
    parseFlags(node, {});
    return { kind: 'EXPOSE', ...common(node), ports: atLeastOne(node) };
  },
  VOLUME: (node) => {
    parseFlags(node, {});
    const paths = atLeastOne(node).map(({ value, range }) => ({ value: value.trim(), range }));
    const empty = paths.find(({ value }) => value === '');
    if (empty) throw new DockerfileError('arguments', 'VOLUME specified can not be an empty string', empty.range);
    return { kind: 'VOLUME', ...common(node), paths };
  },
  CMD: (node) => {
    parseFlags(node, {});
    return { kind: 'CMD', ...common(node), command: commandOf(node) };
  },
  ENTRYPOINT: (node) => {
    parseFlags(node, {});
    return { kind: 'ENTRYPOINT', ...common(node), command: commandOf(node) };
  },
  SHELL: (node) => {
    parseFlags(node, {});
    const args = node.arguments;
    if (args.form === 'text' && args.text) {
      const message = `SHELL requires the arguments to be in JSON form`;
      throw new DockerfileError('arguments', message, args.text.range);
    }
    return { kind: 'SHELL', ...common(node), argv: atLeastOne(node).map(({ value }) => value) };
  },
  STOPSIGNAL: (node) => ({ kind: 'STOPSIGNAL', ...common(node), signal: oneArgument(node) }),
  HEALTHCHECK: healthcheck,
  ONBUILD: (node) => {
    const trigger = node.arguments.form === 'trigger' ? node.arguments.trigger : undefined;
    if (!trigger) throw new DockerfileError('arguments', 'ONBUILD requires at least one argument', node.range);
    parseFlags(node, {});
    const name = trigger.keyword.value.toUpperCase();
    if (name === 'ONBUILD') {
      const message = "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed";
      throw new DockerfileError('arguments', message, trigger.keyword.range);
    }
    if (name === 'MAINTAINER' || name === 'FROM') {
      throw new DockerfileError('arguments', `${name} isn't allowed as an ONBUILD trigger`, trigger.keyword.range);
    }
    interpretInstruction(trigger);
    const expression = [trigger.text, ...node.heredocs.map(({ content, name: end }) => content + end)].join('\n');
    return { kind: 'ONBUILD', ...common(node), expression };
  },
  MAINTAINER: (node) => ({ kind: 'MAINTAINER', ...common(node), maintainer: oneArgument(node) }),
};

const NETWORKS = ['default', 'none', 'host'] as const;
const TRANSFER_FLAGS = { chown: 'string', chmod: 'string', link: 'boolean', exclude: 'strings' } as const;

function common(node: InstructionNode) {
  return { node, range: node.range };
}

/** The arguments as plain words, whatever their form. */
function wordsOf(node: InstructionNode): readonly Word[] {
  const args = node.arguments;
  if (args.form === 'json' || args.form === 'words') return args.words;
  return args.form === 'text' && args.text ? [args.text] : [];
}

function atLeastOne(node: InstructionNode): readonly Word[] {
  const words = wordsOf(node);
  if (words.length) return words;
  const message = `${node.keyword.value.toUpperCase()} requires at least one argument`;
  throw new DockerfileError('arguments', message, node.range);
}

function oneArgument(node: InstructionNode): Word {
  const [word] = wordsOf(node);
  if (!word) {
    const message = `${node.keyword.value.toUpperCase()} requires exactly one argument`;
    throw new DockerfileError('arguments', message, node.range);
  }
  parseFlags(node, {});
  return word;
}

function pairsOf(node: InstructionNode): readonly KeyValue[] {
  parseFlags(node, {});
  const name = node.keyword.value.toUpperCase();
  const pairs = node.arguments.form === 'pairs' ? node.arguments.pairs : [];
  if (pairs.length === 0) {
    throw new DockerfileError('arguments', `${name} requires at least one argument`, node.range);
  }
  const blank = pairs.find(({ key }) => key.value === '');
  if (blank) throw new DockerfileError('arguments', `${name} names can not be blank`, blank.key.range);
  return pairs;
}

function commandOf(node: InstructionNode): CommandLine {
  const args = node.arguments;
  if (args.form === 'json') return { form: 'exec', argv: args.words.map(({ value }) => value) };
  return { form: 'shell', text: args.form === 'text' ? (args.text?.value ?? '') : '' };
}

function transferOf<Known extends Readonly<Record<string, FlagKind>>>(node: InstructionNode, known: Known) {
  const name = node.keyword.value.toUpperCase();
  const words = wordsOf(node);
  const destination = words.at(-1);
  if (!destination || words.length < 2) {
    const message = `${name} requires at least two arguments, but only one was provided. Destination could not be determined`;
    throw new DockerfileError('arguments', message, node.range);
  }
  const flags: Flags = parseFlags(node, known);
  const isMarker = (word: Word) => node.heredocs.some(({ range }) => sameStart(range, word.range));
  if (isMarker(destination) || parseHeredocMarker(destination.value)) {
    throw new DockerfileError('heredoc', `${name} cannot accept a heredoc as a destination`, destination.range);
  }
  const sources = words.slice(0, -1).filter((word) => !isMarker(word));
  const inlineFiles = node.heredocs.map((heredoc) => ({
    name: heredoc.name,
    content: heredocText(heredoc),
    expand: heredoc.expand,
  }));
  return {
    flags,
    ...common(node),
    sources,
    inlineFiles,
    destination,
    chown: flags.string('chown'),
    chmod: flags.string('chmod'),
    link: flags.boolean('link') ?? false,
    exclude: flags.strings('exclude'),
  };
}

function sameStart(a: Word['range'], b: Word['range']): boolean {
  return a.start.line === b.start.line && a.start.column === b.start.column;
}

/** Docker refuses shorter intervals (api/types/container, MinimumDuration). */
const MINIMUM_INTERVAL = 1e6;

function healthcheck(node: InstructionNode): HealthcheckInstruction {
  const args = node.arguments;
  const type = args.form === 'healthcheck' ? args.type : undefined;
  if (args.form !== 'healthcheck' || !type) {
    throw new DockerfileError('arguments', 'HEALTHCHECK requires at least one argument', node.range);
  }
  const command = args.test.form === 'json' ? args.test.words : args.test.text ? [args.test.text] : [];
  const inherit = { interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 };
  const kind = type.value.toUpperCase();
  if (kind === 'NONE') {
    if (command.length) throw new DockerfileError('arguments', 'HEALTHCHECK NONE takes no arguments', node.range);
    return { kind: 'HEALTHCHECK', ...common(node), test: ['NONE'], ...inherit };
  }
  const names = ['interval', 'timeout', 'start-period', 'start-interval', 'retries'];
  const flags = parseFlags(node, Object.fromEntries(names.map((name): [string, FlagKind] => [name, 'string'])));
  if (kind !== 'CMD') {
    throw new DockerfileError('arguments', `Unknown type ${JSON.stringify(kind)} in HEALTHCHECK (try CMD)`, type.range);
  }
  if (command.length === 0) {
    throw new DockerfileError('arguments', 'Missing command after HEALTHCHECK CMD', node.range);
  }
  const interval = (name: string) => {
    const flag = flags.string(name);
    if (!flag) return 0;
    const value = parseDuration(flag.value);
    if (value === undefined) {
      throw new DockerfileError('flag-value', `time: invalid duration ${JSON.stringify(flag.value)}`, flag.range);
    }
    if (value !== 0 && value < MINIMUM_INTERVAL) {
      const message = `Interval ${JSON.stringify(name)} cannot be less than 1ms`;
      throw new DockerfileError('flag-value', message, flag.range);
    }
    return value;
  };
  const retries = flags.string('retries');
  if (retries && !/^[+-]?\d+$/.test(retries.value)) {
    const message = `strconv.ParseInt: parsing ${JSON.stringify(retries.value)}: invalid syntax`;
    throw new DockerfileError('flag-value', message, retries.range);
  }
  if (Number(retries?.value ?? 0) < 0) {
    throw new DockerfileError('flag-value', `--retries cannot be negative (${retries?.value})`, retries?.range);
  }
  return {
    kind: 'HEALTHCHECK',
    ...common(node),
    test: [args.test.form === 'json' ? 'CMD' : 'CMD-SHELL', ...command.map(({ value }) => value)],
    interval: interval('interval'),
    timeout: interval('timeout'),
    startPeriod: interval('start-period'),
    startInterval: interval('start-interval'),
    retries: Number(retries?.value ?? 0),
  };
}
