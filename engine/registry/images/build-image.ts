import { expandWord, readDockerfile } from '../../dockerfile/index.ts';
import type { Directory } from '../../files/node.ts';
import { treeToTar } from '../../files/tar/index.ts';
import type { Image, ImageStore } from '../../image/index.ts';

/**
 * Builds a Dockerfile of the one form that base images have: FROM scratch, `COPY rootfs/ /`, then ENV, LABEL and CMD.
 * @param created seconds since the epoch, for all that the image says about time
 * @throws Error for any other instruction
 */
export async function buildImage(
  store: ImageStore,
  dockerfile: string,
  rootfs: Directory,
  created: number,
): Promise<Image> {
  const time = new Date(created * 1000).toISOString().replace('.000Z', 'Z');
  const env: string[] = [];
  const labels: Record<string, string> = {};
  let cmd: readonly string[] | undefined;
  for (const instruction of readDockerfile(dockerfile).stages[0]?.instructions ?? []) {
    if (instruction.kind === 'ENV') {
      for (const { key, value } of instruction.pairs) env.push(`${key.value}=${plain(value.value)}`);
    } else if (instruction.kind === 'LABEL') {
      for (const { key, value } of instruction.pairs) labels[key.value] = plain(value.value);
    } else if (instruction.kind === 'CMD' && instruction.command.form === 'exec') cmd = instruction.command.argv;
    else if (instruction.kind !== 'COPY') throw new Error(`${instruction.kind} is not for base images`);
  }
  const layer = await store.addLayer(treeToTar(rootfs));
  return store.create({
    config: {
      created: time,
      architecture: '386',
      os: 'linux',
      config: { Env: env, Labels: labels, ...(cmd ? { Cmd: cmd } : {}) },
      history: [{ created: time, created_by: 'COPY rootfs/ / # buildkit' }],
    },
    layers: [layer],
  });
}

/** Without quotes and escapes. */
function plain(text: string): string {
  return expandWord(text, { variables: new Map() });
}
