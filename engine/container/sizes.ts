import type { Container } from './container.ts';
import type { Context } from './context.ts';

/** Bytes in the writable layer, and of all layers together. */
export interface ContainerSizes {
  readonly SizeRw: number;
  readonly SizeRootFs: number;
}

/** Asks the guest; a container that never ran has written nothing. Throws MachineError if the guest is gone. */
export async function containerSizes(context: Context, container: Container): Promise<ContainerSizes> {
  const entries = container.record.hasUpper ? await context.machine.upper(container.id) : [];
  const written = entries.reduce((total, entry) => total + entry.size, 0);
  const image = container.record.layers.reduce((total, layer) => total + layer.bytes, 0);
  return { SizeRw: written, SizeRootFs: written + image };
}
