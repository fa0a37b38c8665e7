import { ContainerError, invalidParameter } from '../errors.ts';
import { type Block, blockSize, overlaps, parseBlock } from './address.ts';

/** Docker's default address pools (libnetwork, ipamutils): blocks, and the size of the networks cut from them. */
const POOLS: readonly { readonly block: string; readonly bits: number }[] = [
  ...[17, 18, 19].map((net) => ({ block: `172.${net}.0.0/16`, bits: 16 })),
  ...[20, 24, 28].map((net) => ({ block: `172.${net}.0.0/14`, bits: 16 })),
  { block: '192.168.0.0/16', bits: 20 },
];

/** The first block of the pools that overlaps none of these. Throws ContainerError `invalid-parameter` if there is none. */
export function freeBlock(taken: readonly Block[]): Block {
  for (const { block, bits } of POOLS) {
    const pool = parseBlock(block);
    if (!pool) continue;
    for (let base = pool.base; base < pool.base + blockSize(pool); base += blockSize({ base, bits })) {
      const candidate = { base, bits };
      if (!taken.some((other) => overlaps(other, candidate))) return candidate;
    }
  }
  throw invalidParameter('all predefined address pools have been fully subnetted');
}

/** Throws ContainerError `forbidden` if the block overlaps one of these. */
export function requireFree(block: Block, taken: readonly Block[]): void {
  if (!taken.some((other) => overlaps(other, block))) return;
  throw new ContainerError('forbidden', 'invalid pool request: Pool overlaps with other one on this address space');
}
