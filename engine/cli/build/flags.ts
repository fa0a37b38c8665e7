import { type Flag, flag, hidden } from '../flags/flag.ts';

/** Those of the classic `docker build`, in the words of its help. */
const CLASSIC = [
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
] as const;

/** Those that buildx adds and this lab takes, in buildx's words. */
const BUILDX = [
  flag('build-context', 'stringArray', 'Additional build contexts (e.g., name=path)'),
  flag('call', 'string', 'Set method for evaluating build ("check", "outline", "targets")', '', 'build'),
  flag('check', 'bool', 'Shorthand for "--call=check"'),
  flag('debug', 'bool', 'Enable debug logging', 'D'),
  flag('load', 'bool', 'Shorthand for "--output=type=docker"'),
  flag('metadata-file', 'string', 'Write build result metadata to a file'),
  flag('no-cache-filter', 'stringArray', 'Do not cache specified stages'),
  flag('output', 'stringArray', 'Output destination (format: "type=local,dest=path")', 'o'),
  flag(
    'progress',
    'string',
    'Set type of progress output ("auto", "none",  "plain", "quiet", "rawjson", "tty"). Use plain to show container output',
    '',
    'auto',
  ),
  flag('push', 'bool', 'Shorthand for "--output=type=registry,unpack=false"'),
  flag('secret', 'stringArray', 'Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")'),
] as const;

/** Those of buildx that are known and refused, each with why: not in the help, which lists what works. */
const REFUSED = [
  ['allow', 'no build here is given more than a container has'],
  ['annotation', 'manifests that are made here have no annotations'],
  ['attest', 'no attestations are made here'],
  ['builder', 'there is one builder, the engine itself'],
  ['cache-to', 'the build cache stays in the engine'],
  ['provenance', 'no attestations are made here'],
  ['sbom', 'no attestations are made here'],
  ['ssh', 'there is no SSH agent to forward to a build here'],
] as const;

type RefusedName = (typeof REFUSED)[number][0];

const refusedFlags = REFUSED.map(
  ([name]): Flag<RefusedName, 'stringArray'> => ({ name, type: 'stringArray', usage: '', shorthand: '', hidden: true }),
);

export const buildFlags = [...CLASSIC, ...BUILDX, hidden('squash', 'bool'), ...refusedFlags];

/** Why a flag that was given cannot be had; undefined if all can. Asking for nothing (`--sbom=false`) is fine. */
export function refusal(flags: Readonly<Record<RefusedName, readonly string[]>>): string | undefined {
  for (const [name, why] of REFUSED) {
    const isNothing = (value: string): boolean =>
      value === 'false' || /(^|,)disabled=true/.test(value) || (name === 'builder' && value === 'default');
    if (flags[name].some((value) => !isNothing(value))) return `--${name} is not supported: ${why}`;
  }
  return undefined;
}
