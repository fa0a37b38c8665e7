import { ImageError } from './errors.ts';

/** Layers that an image may have: as many as Docker's overlay2 driver mounts (moby, graphdriver/overlay2, `maxDepth`). */
export const MAX_DEPTH = 128;

/** @throws ImageError `too-deep` in Docker's words */
export function checkDepth(layers: number): void {
  if (layers > MAX_DEPTH) throw new ImageError('too-deep', 'max depth exceeded');
}
