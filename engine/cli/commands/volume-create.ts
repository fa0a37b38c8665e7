import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { keyValues } from '../options/key-values.ts';

/** Of Swarm's cluster volumes, which this engine has none of. */
const CLUSTER = [
  flag('availability', 'string', 'Cluster Volume availability ("active", "pause", "drain")', '', 'active'),
  flag('group', 'string', 'Cluster Volume group (cluster volumes)'),
  flag('limit-bytes', 'bytes', 'Minimum size of the Cluster Volume in bytes'),
  flag('required-bytes', 'bytes', 'Maximum size of the Cluster Volume in bytes'),
  flag('scope', 'string', 'Cluster Volume access scope ("single", "multi")', '', 'single'),
  flag('secret', 'map', 'Cluster Volume secrets (default map[])'),
  flag('sharing', 'string', 'Cluster Volume access sharing ("none", "readonly", "onewriter", "all")', '', 'none'),
  flag('topology-preferred', 'list', 'A topology that the Cluster Volume would be preferred in'),
  flag('topology-required', 'list', 'A topology that the Cluster Volume must be accessible from'),
  flag('type', 'string', 'Cluster Volume access type ("mount", "block")', '', 'block'),
] as const;

export const volumeCreate = defineCommand({
  summary: 'Create a volume',
  usage: '[VOLUME]',
  arity: { min: 0, max: 1 },
  flags: [
    flag('driver', 'string', 'Specify volume driver name', 'd', 'local'),
    flag('label', 'list', 'Set metadata for a volume'),
    flag('opt', 'map', 'Set driver specific options (default map[])', 'o'),
    ...CLUSTER,
  ],
  async run({ client, out }, { flags, changed, args }) {
    const cluster = CLUSTER.find(({ name }) => changed.has(name));
    if (cluster) throw new CliError(`--${cluster.name} is for cluster volumes, and this lab has no Swarm`);
    const volume = await client.volumes.create({
      Name: args[0] ?? '',
      Driver: flags.driver,
      DriverOpts: keyValues(flags.opt),
      Labels: keyValues(flags.label),
    });
    await out.line(volume.Name);
    return 0;
  },
});
