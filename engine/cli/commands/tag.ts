import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { reference, splitReference } from '../references.ts';

export const tag = defineCommand({
  summary: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
  usage: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  aliases: 'docker image tag, docker tag',
  arity: { min: 2, max: 2 },
  async run({ client }, { args }) {
    const [source = '', target = ''] = args;
    const words = (name: string): string =>
      `Error parsing reference: ${JSON.stringify(name)} is not a valid repository/tag: `;
    // Docker looks at both before it asks the engine.
    splitReference(source, words(source));
    const { digest } = reference(target, words(target));
    if (digest !== undefined) throw new CliError('refusing to create a tag with a digest reference');
    const { repo, tag: name } = splitReference(target, words(target));
    await client.images.tag(source, repo, name || 'latest');
    return 0;
  },
});
