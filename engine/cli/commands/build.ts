import { StreamError } from '../../api/client/errors.ts';
import type { BuildMessage, BuildQuery } from '../../api/types.ts';
import { PROGRESS_MESSAGE_ID } from '../../api/types.ts';
import { readBuildContext } from '../build-context.ts';
import { defineCommand, type Session } from '../command.ts';
import { CliError, errorText } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { humanSize } from '../format/quantity.ts';
import { keyValues } from '../options/key-values.ts';
import { ulimit } from '../options/resource-flags.ts';
import { type ProgressMode, showBuild } from '../progress/build-output.ts';
import { showMessages } from '../progress/json-messages.ts';
import { reference } from '../references.ts';

const PROGRESS = ['auto', 'plain', 'tty', 'quiet', 'rawjson', 'none'];

export const build = defineCommand({
  summary: 'Build an image from a Dockerfile',
  usage: 'PATH | URL | -',
  aliases: 'docker image build, docker build, docker builder build',
  arity: { min: 1, max: 1 },
  flags: [
    flag('add-host', 'list', 'Add a custom host-to-IP mapping ("host:ip")'),
    flag('build-arg', 'list', 'Set build-time variables'),
    flag('cache-from', 'strings', 'Images to consider as cache sources'),
    flag('cgroup-parent', 'string', 'Set the parent cgroup for the "RUN" instructions during build'),
    flag('compress', 'bool', 'Compress the build context using gzip'),
    flag('cpu-period', 'int', 'Limit the CPU CFS (Completely Fair Scheduler) period'),
    flag('cpu-quota', 'int', 'Limit the CPU CFS (Completely Fair Scheduler) quota'),
    flag('cpu-shares', 'int', 'CPU shares (relative weight)', 'c'),
    flag('cpuset-cpus', 'string', 'CPUs in which to allow execution (0-3, 0,1)'),
    flag('cpuset-mems', 'string', 'MEMs in which to allow execution (0-3, 0,1)'),
    flag('disable-content-trust', 'bool', 'Skip image verification', '', true),
    flag('file', 'string', 'Name of the Dockerfile (Default is "PATH/Dockerfile")', 'f'),
    flag('force-rm', 'bool', 'Always remove intermediate containers'),
    flag('iidfile', 'string', 'Write the image ID to the file'),
    flag('isolation', 'string', 'Container isolation technology'),
    flag('label', 'list', 'Set metadata for an image'),
    flag('memory', 'bytes', 'Memory limit', 'm'),
    flag('memory-swap', 'bytes', 'Swap limit equal to memory plus swap: -1 to enable unlimited swap'),
    flag('network', 'string', 'Set the networking mode for the RUN instructions during build', '', 'default'),
    flag('no-cache', 'bool', 'Do not use cache when building the image'),
    flag('platform', 'string', 'Set platform if server is multi-platform capable'),
    flag('pull', 'bool', 'Always attempt to pull a newer version of the image'),
    flag('quiet', 'bool', 'Suppress the build output and print image ID on success', 'q'),
    flag('rm', 'bool', 'Remove intermediate containers after a successful build', '', true),
    flag('security-opt', 'strings', 'Security options'),
    flag('shm-size', 'bytes', 'Size of "/dev/shm"'),
    flag('tag', 'list', 'Name and optionally a tag in the "name:tag" format', 't'),
    flag('target', 'string', 'Set the target build stage to build.'),
    flag('ulimit', 'ulimit', 'Ulimit options (default [])'),
    flag('load', 'bool', 'Shorthand for "--output=type=docker"'),
    flag(
      'progress',
      'string',
      'Set type of progress output ("auto", "none",  "plain", "quiet", "rawjson", "tty"). Use plain to show container output',
      '',
      'auto',
    ),
  ],
  async run(session, { flags, args }) {
    const { client, interrupted, out } = session;
    const mode = progressMode(flags.progress, flags.quiet, session);
    let id: string | undefined;
    try {
      for (const name of flags.tag) reference(name, `invalid tag ${JSON.stringify(name)}: `);
      const context = await readBuildContext(session, args[0] ?? '', flags.file);
      const query: BuildQuery = {
        dockerfile: context.dockerfile,
        t: flags.tag,
        q: flags.quiet,
        nocache: flags['no-cache'],
        pull: flags.pull,
        rm: flags.rm,
        forcerm: flags['force-rm'],
        buildargs: buildArguments(flags['build-arg'], session.context.env),
        labels: keyValues(flags.label),
        ...(flags['cache-from'].length > 0 ? { cachefrom: flags['cache-from'] } : {}),
        ...(flags.target ? { target: flags.target } : {}),
        ...(flags.platform ? { platform: flags.platform } : {}),
        ...(flags.network ? { networkmode: flags.network } : {}),
        ...(flags['add-host'].length > 0 ? { extrahosts: flags['add-host'] } : {}),
        ...(flags['shm-size'] ? { shmsize: flags['shm-size'] } : {}),
        ...(flags.memory ? { memory: flags.memory } : {}),
        ...(flags['memory-swap'] ? { memswap: flags['memory-swap'] } : {}),
        ...(flags['cpu-shares'] ? { cpushares: flags['cpu-shares'] } : {}),
        ...(flags['cpu-period'] ? { cpuperiod: flags['cpu-period'] } : {}),
        ...(flags['cpu-quota'] ? { cpuquota: flags['cpu-quota'] } : {}),
        ...(flags['cpuset-cpus'] ? { cpusetcpus: flags['cpuset-cpus'] } : {}),
        ...(flags['cpuset-mems'] ? { cpusetmems: flags['cpuset-mems'] } : {}),
        ...(flags['cgroup-parent'] ? { cgroupparent: flags['cgroup-parent'] } : {}),
        ...(flags.ulimit.length > 0 ? { ulimits: flags.ulimit.map(ulimit) } : {}),
      };
      const messages = await client.build(context.tar, query, { progress: true, signal: interrupted });
      id = await show(session, messages, mode, context.tar.length);
    } catch (error) {
      // The classic builder ends with the code of the command that failed.
      if (error instanceof StreamError) throw new CliError(error.message, error.exitCode || 1, { cause: error });
      const text = errorText(error);
      if (text.startsWith('ERROR: ') || text.startsWith('------\n') || !(error instanceof Error)) throw error;
      if (/\nERROR: /.test(text)) throw error;
      throw new CliError(`ERROR: failed to build: ${text}`, 1, { cause: error });
    }
    if (id && flags.iidfile) {
      await session.context.files.write(session.resolve(flags.iidfile), new TextEncoder().encode(id));
    }
    if (id && mode === 'quiet') await out.line(id);
    return 0;
  },
});

function progressMode(progress: string, quiet: boolean, { err }: Session): ProgressMode {
  if (!PROGRESS.includes(progress)) throw new CliError(`ERROR: failed to build: invalid progress mode: ${progress}`);
  if (quiet || progress === 'quiet' || progress === 'none') return 'quiet';
  if (progress === 'rawjson' || progress === 'plain') return progress;
  if (progress === 'tty' && !err.tty)
    throw new CliError('ERROR: failed to build: failed to get console: provided file is not a console');
  return err.tty ? 'tty' : 'plain';
}

/** An argument without a value takes it from the environment, and is left to the Dockerfile if it has none there. */
function buildArguments(
  entries: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | null> {
  return Object.fromEntries(
    entries.map((entry) => {
      const equals = entry.indexOf('=');
      return equals < 0 ? [entry, env[entry] ?? null] : [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}

/** Drydock's engine tells events; any other, the classic text. The first message tells which. Gives the image ID. */
async function show(
  session: Session,
  messages: AsyncIterable<BuildMessage>,
  mode: ProgressMode,
  contextBytes: number,
): Promise<string | undefined> {
  const iterator = messages[Symbol.asyncIterator]();
  const first = await iterator.next();
  const all = async function* (): AsyncGenerator<BuildMessage> {
    if (!first.done) yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  };
  if (first.done || first.value.id === PROGRESS_MESSAGE_ID) return showBuild(session, all(), mode);
  let id: string | undefined;
  const columns = session.context.size.columns;
  const onAux = ({ aux }: BuildMessage): void => {
    id = (aux as { ID?: string }).ID;
  };
  if (mode !== 'quiet') {
    await session.out.write(`Sending build context to Docker daemon  ${humanSize(contextBytes)}\r\r\n`);
    await showMessages(all(), session.out, { columns, onAux });
    return id;
  }
  // A quiet classic build says the ID as text and nothing else.
  for await (const message of all()) {
    if (message.error !== undefined) throw new CliError(message.error, message.errorDetail?.code ?? 1);
    if (message.aux !== undefined) onAux(message);
    else if (message.stream?.startsWith('sha256:')) id = message.stream.trim();
  }
  return id;
}
