import { expandWord } from '../dockerfile/index.ts';
import type { Directory, FileNode, RegularFile } from '../files/node.ts';
import { emptyRoot, treeToLayerTar } from '../image/layer.ts';
import { unpackArchive } from './archive.ts';
import { type ModeChange, parseChmod } from './chmod.ts';
import { describeSources } from './content-digest.ts';
import { Copier } from './copy-files.ts';
import { type CopySource, excludeFrom, type ParentsSource, selectSources, selectWithParents } from './copy-sources.ts';
import { dockerignoreOf } from './dockerignore.ts';
import { download, isGitUrl, isUrl, refuseGit } from './download.ts';
import { BuildError } from './errors.ts';
import { LayerBuilder } from './layer-builder.ts';
import { rootOf, solveLayer } from './layer-step.ts';
import { expandIn } from './metadata.ts';
import { cleanAbsolute, joinPath } from './paths.ts';
import { buildTime, parentOf, type StepContext, type StepResult } from './stage-solver.ts';
import { type InstructionOf, namedVariables, type StageState, withLayer } from './stage-state.ts';
import { findOwner } from './users.ts';

type Transfer = InstructionOf<'COPY'> | InstructionOf<'ADD'>;

/** A COPY or ADD with its variables put in. */
interface Expanded {
  readonly sources: readonly string[];
  readonly inlineFiles: readonly RegularFileSource[];
  /** Absolute; ends in a slash if it must be a directory. */
  readonly destination: string;
  readonly chown: string | undefined;
  readonly chmod: string | undefined;
  readonly exclude: readonly string[];
  /** As history has it. */
  readonly createdBy: string;
}

interface RegularFileSource extends CopySource {
  readonly node: RegularFile;
}

/**
 * COPY and ADD: makes a layer of files from the context, a stage, an image, the Dockerfile itself or (ADD) a URL.
 * @throws BuildError, DockerfileError
 */
export async function applyTransfer(
  state: StageState,
  instruction: Transfer,
  context: StepContext,
): Promise<StepResult> {
  const expanded = expandTransfer(state, instruction, context);
  const mode = expanded.chmod === undefined ? undefined : parseChmod(expanded.chmod);
  const from = instruction.kind === 'COPY' ? instruction.from?.value : undefined;
  const sources = [...(await gather(instruction, expanded, context)), ...expanded.inlineFiles];
  const keepsOwner = from !== undefined && expanded.chown === undefined;
  const { chown, chmod, exclude, destination } = expanded;
  const parents = instruction.kind === 'COPY' && instruction.parents;
  const how = [instruction.kind, expanded.sources, destination, { parents, chown, chmod, exclude }];
  const solved = await solveLayer(
    context.solver,
    state,
    {
      memory: context.memory,
      index: context.index,
      description: context.description,
      noCache: context.noCache,
      variables: namedVariables(state),
      inputs: {
        parent: instruction.link ? '' : parentOf(state),
        instruction: JSON.stringify(how),
        settings: await ownerSettings(state, instruction, chown, context),
        files: await describeSources(sources, keepsOwner, from),
      },
      make: () => makeLayer(state, instruction, expanded, sources, mode, context),
    },
    context.vertex,
  );
  return { state: withLayer(state, solved, `${expanded.createdBy} # buildkit`), cached: solved.cached };
}

/** With `--link` a step does not stand on what is below; but whom a name means, that says. */
async function ownerSettings(
  state: StageState,
  { link }: Transfer,
  chown: string | undefined,
  context: StepContext,
): Promise<Readonly<Record<string, string>>> {
  if (!link || chown === undefined || /^\d+(?::\d+)?$/.test(chown)) return {};
  const { uid, gid } = findOwner(await rootOf(context.solver.images, state.layers), chown);
  return { '--chown': `${uid}:${gid}` };
}

function expandTransfer(state: StageState, instruction: Transfer, context: StepContext): Expanded {
  const expand = (word: { value: string; range: Transfer['range'] }) => expandIn(state, word, context.instructions);
  const sources = instruction.sources.map(expand);
  const written = expand(instruction.destination);
  const chown = instruction.chown && expand(instruction.chown);
  const chmod = instruction.chmod && expand(instruction.chmod);
  const time = buildTime(context);
  const inlineFiles = instruction.inlineFiles.map(({ name, content, expand: expands }): RegularFileSource => {
    // A backslash escapes here, whatever the escape directive says.
    const options = { variables: state.variables, keepQuotes: true, range: instruction.range };
    const text = expands ? expandWord(content, options) : content;
    const data = new TextEncoder().encode(text);
    const node: RegularFile = { kind: 'file', mode: 0o644, uid: 0, gid: 0, mtime: time, data };
    return { path: `/<<${name}`, name, node };
  });
  const path = joinPath(state.config.WorkingDir ?? '', written);
  const destination = /(?:^|\/)\.?$/.test(written) && path !== '/' ? `${path}/` : path;
  const createdBy = [
    instruction.kind,
    ...(instruction.kind === 'COPY' && instruction.parents ? ['--parents'] : []),
    ...(chown === undefined ? [] : [`--chown=${chown}`]),
    ...(chmod === undefined ? [] : [`--chmod=${chmod}`]),
    ...sources,
    ...inlineFiles.map(({ name }) => `<<${name}`),
    written,
  ].join(' ');
  const exclude = instruction.exclude.map(expand);
  return { sources, inlineFiles, destination, chown, chmod, exclude, createdBy };
}

/** Everything that the source arguments name, what is excluded left out. */
async function gather(
  instruction: Transfer,
  { sources, exclude }: Expanded,
  context: StepContext,
): Promise<readonly (CopySource | ParentsSource)[]> {
  const from = instruction.kind === 'COPY' ? instruction.from : undefined;
  const gathered: (CopySource | ParentsSource)[] = [];
  for (const [index, argument] of sources.entries()) {
    const range = instruction.sources[index]?.range ?? instruction.range;
    if (instruction.kind === 'ADD' && isGitUrl(argument)) refuseGit(argument, range);
    if (isUrl(argument)) {
      gathered.push(await download(argument, instruction, range, context));
      continue;
    }
    const root = from ? await context.filesOf(from) : await context.buildContext();
    const parents = instruction.kind === 'COPY' && instruction.parents;
    const found = parents ? selectWithParents(root, argument) : selectSources(root, argument);
    if (!found) throw notFound(argument, range, context);
    gathered.push(...found);
  }
  if (exclude.length === 0) return gathered;
  const ignore = dockerignoreOf(exclude);
  return gathered.flatMap((source) => {
    const node = excludeFrom(source, ignore);
    return node ? [{ ...source, node }] : [];
  });
}

function notFound(argument: string, range: Transfer['range'], context: StepContext): BuildError {
  const hex = context.vertex.digest.slice('sha256:'.length);
  const reference = `${hex.slice(0, 25)}::${hex.slice(25, 50)}`;
  const path = JSON.stringify(cleanAbsolute(argument));
  const message = `failed to compute cache key: failed to calculate checksum of ref ${reference}: ${path}: not found`;
  return new BuildError('not-found', message, { range });
}

async function makeLayer(
  state: StageState,
  instruction: Transfer,
  { chown, destination }: Expanded,
  sources: readonly (CopySource | ParentsSource)[],
  mode: ModeChange | undefined,
  context: StepContext,
): Promise<Uint8Array> {
  const root = await rootOf(context.solver.images, state.layers);
  const layer = new LayerBuilder(instruction.link ? emptyRoot() : root);
  const fromContext = instruction.kind === 'ADD' || !instruction.from;
  const owner = chown === undefined ? undefined : findOwner(root, chown);
  const epoch = context.environment.sourceDateEpoch;
  const options = { mode, now: buildTime(context), epoch };
  const copier = new Copier(layer, { ...options, owner: owner ?? (fromContext ? { uid: 0, gid: 0 } : undefined) });
  // What an archive holds keeps its owners and modes.
  const unpacker = new Copier(layer, { ...options, mode: undefined, owner: undefined });
  if (sources.length > 1 && !destination.endsWith('/') && !layer.isDirectory(destination)) {
    // BuildKit does not check, so that the last of several files stays; the reference says what must be.
    const rule = 'the destination must be a directory and end with a /';
    const message = `When using ${instruction.kind} with more than one source file, ${rule}`;
    throw new BuildError('invalid', message, { range: instruction.destination.range });
  }
  for (const given of sources) {
    const source = { ...given, node: given.later ? await given.later.load() : given.node };
    const unpacked = await unpackedContents(instruction, source, context);
    if (unpacked) unpacker.copyContents(unpacked, copier.makeDirectories(destination));
    else if ('parents' in source) copier.copyWithParents(source, destination);
    else copier.copy(source, destination);
  }
  return treeToLayerTar(layer.finish());
}

/** The archive's contents, if this is an ADD of an archive. */
async function unpackedContents(
  instruction: Transfer,
  source: CopySource,
  { environment }: StepContext,
): Promise<Directory | undefined> {
  if (instruction.kind !== 'ADD' || !isFile(source.node)) return undefined;
  const unpack = instruction.unpack ?? !isUrl(source.path);
  return unpack ? unpackArchive(source.node.data, source.name, environment.unpackLimit) : undefined;
}

function isFile(node: FileNode): node is RegularFile {
  return node.kind === 'file';
}
