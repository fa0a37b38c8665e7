import { StreamError } from '../../api/client/errors.ts';
import { canonicalName, familiarRepository, parseReference } from '../../image/reference.ts';
import { readBuildContext } from '../build/context.ts';
import { buildFlags, refusal } from '../build/flags.ts';
import { showMessagesOfBuild } from '../build/messages.ts';
import { readNamedContexts } from '../build/named-contexts.ts';
import { type OutputOption, outputOption } from '../build/output.ts';
import { type BuildFlagValues, buildQuery, imageNames } from '../build/query.ts';
import { readSecrets } from '../build/secrets.ts';
import { writeOutput } from '../build/write-output.ts';
import { defineCommand, type Session } from '../command.ts';
import { CliError, errorText } from '../errors.ts';
import type { ProgressMode } from '../progress/build-output.ts';
import { type Call, inspectionText } from '../progress/inspection.ts';
import { awaitMessages, showMessages } from '../progress/json-messages.ts';
import { reference } from '../references.ts';

const PROGRESS = ['auto', 'plain', 'tty', 'quiet', 'rawjson', 'none'];
const encoder = new TextEncoder();

export const build = defineCommand({
  summary: 'Build an image from a Dockerfile',
  usage: 'PATH | URL | -',
  aliases: 'docker image build, docker build, docker builder build',
  arity: { min: 1, max: 1 },
  flags: buildFlags,
  async run(given, { flags, args, changed }) {
    const session = flags.debug ? { ...given, debug: true } : given;
    try {
      return await run(session, flags, args[0] ?? '', progressMode(session, flags, changed));
    } catch (error) {
      // The classic builder ends with the code of the command that failed.
      if (error instanceof StreamError) throw new CliError(error.message, error.exitCode || 1, { cause: error });
      const text = errorText(error);
      if (text.startsWith('ERROR: ') || text.startsWith('------\n') || !(error instanceof Error)) throw error;
      if (/\nERROR: /.test(text)) throw error;
      throw new CliError(`ERROR: failed to build: ${text}`, 1, { cause: error });
    }
  },
});

async function run(session: Session, flags: BuildFlagValues, path: string, mode: ProgressMode): Promise<number> {
  const { client, context, interrupted, out, resolve } = session;
  for (const name of flags.tag) reference(name, `invalid tag ${JSON.stringify(name)}: `);
  const refused = refusal(flags);
  if (refused !== undefined) throw new CliError(refused);
  const call = callOption(flags);
  const output = await outputOption(flags, (name) => context.files.stat(resolve(name)), out.tty);
  await requireDrydock(session, extensionsOf(flags, call, output));
  const source = await readBuildContext(session, path, flags.file);
  const parts = {
    ...source.outside,
    secrets: await readSecrets(session, flags.secret),
    contexts: await readNamedContexts(session, flags['build-context']),
  };
  const query = {
    ...buildQuery(flags, source, output, context.env),
    ...(client.isDrydock && source.name && { contextname: source.name }),
    ...(call !== 'build' && { call }),
  };
  const progress = !['0', 'false'].includes(context.env.DOCKER_BUILDKIT ?? '');
  const messages = await client.build(source.tar, query, { progress, parts, signal: interrupted });
  const { id, archive, inspection } = await showMessagesOfBuild(session, messages, mode, source.tar.length);
  if (inspection && call !== 'build') {
    const { text, failed } = inspectionText(inspection, call);
    await out.write(text);
    return failed ? 1 : 0;
  }
  if (archive && (output.kind === 'directory' || output.kind === 'file')) await writeOutput(session, output, archive);
  if (output.kind === 'image' && output.push) await pushAll(session, imageNames(flags, output), mode);
  if (id && flags.iidfile) await context.files.write(resolve(flags.iidfile), encoder.encode(id));
  if (flags['metadata-file']) await writeMetadata(session, flags['metadata-file'], id, imageNames(flags, output));
  if (id && mode === 'quiet') await out.line(id);
  return 0;
}

function progressMode(
  { err, context }: Session,
  { progress: flag, quiet }: BuildFlagValues,
  changed: ReadonlySet<string>,
): ProgressMode {
  const progress = changed.has('progress') ? flag : (context.env.BUILDKIT_PROGRESS ?? flag);
  if (!PROGRESS.includes(progress)) throw new CliError(`invalid progress mode: ${progress}`);
  if (quiet || progress === 'quiet' || progress === 'none') return 'quiet';
  if (progress === 'rawjson' || progress === 'plain') return progress;
  if (progress === 'tty' && !err.tty) throw new CliError('failed to get console: provided file is not a console');
  return err.tty ? 'tty' : 'plain';
}

function callOption({ call, check }: BuildFlagValues): Call | 'build' {
  const [method = '', ...options] = (check ? 'check' : call).split(',');
  if (options.some((option) => option !== 'format=text'))
    throw new CliError(`--call=${call}: only text is printed here`);
  const name = method.replace(/^method=/, '');
  if (name === '' || name === 'build') return 'build';
  if (name === 'check' || name === 'lint') return 'check';
  if (name === 'outline' || name === 'targets') return name;
  throw new CliError(`unsupported call method ${JSON.stringify(name)}: there are build, check, outline and targets`);
}

/** The options that only Drydock's engine understands, as they are named. */
function extensionsOf(flags: BuildFlagValues, call: Call | 'build', output: OutputOption): readonly string[] {
  return [
    ...(flags.secret.length > 0 ? ['--secret'] : []),
    ...(flags['build-context'].length > 0 ? ['--build-context'] : []),
    ...(flags['no-cache-filter'].length > 0 ? ['--no-cache-filter'] : []),
    ...(output.kind === 'image' ? [] : ['--output']),
    ...(call === 'build' ? [] : [flags.check ? '--check' : '--call']),
  ];
}

/** What is sent to another engine must not hold what that would ignore, least of all a secret. Throws CliError. */
async function requireDrydock({ client, context }: Session, extensions: readonly string[]): Promise<void> {
  const [first] = extensions;
  if (first === undefined) return;
  // An engine that cannot be reached says so itself.
  if (!client.isDrydock) await client.negotiate();
  if (client.isDrydock) return;
  const host = context.env.DOCKER_HOST ? `the one at ${context.env.DOCKER_HOST}` : 'this one';
  const why = "another would have to be asked over BuildKit's session protocol, which this command line does not speak";
  throw new CliError(`${first} needs Drydock's own engine, and ${host} is none: ${why}`);
}

async function pushAll(session: Session, names: readonly string[], mode: ProgressMode): Promise<void> {
  const { client, err, context, interrupted } = session;
  if (names.length === 0) throw new CliError('tag is needed when pushing to registry');
  for (const name of names) {
    const parsed = reference(name);
    const options = { tag: parsed.tag ?? 'latest', signal: interrupted };
    const messages = await client.images.push(familiarRepository(parsed), options);
    if (mode === 'plain' || mode === 'tty') await showMessages(messages, err, { columns: context.size.columns });
    else await awaitMessages(messages);
  }
}

/** buildx's file of what came of a build, as far as Docker's own driver fills it. */
async function writeMetadata(
  { context, resolve }: Session,
  path: string,
  id: string | undefined,
  names: readonly string[],
): Promise<void> {
  const metadata = {
    ...(id && { 'containerimage.config.digest': id, 'containerimage.digest': id }),
    ...(names.length > 0 && { 'image.name': names.map((name) => canonicalName(parseReference(name))).join(',') }),
  };
  await context.files.write(resolve(path), encoder.encode(JSON.stringify(metadata, null, 2)));
}
