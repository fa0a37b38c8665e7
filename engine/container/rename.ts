import type { Container } from './container.ts';
import { type Context, publish, update } from './context.ts';
import { ContainerError, invalidParameter } from './errors.ts';
import { checkName, nameInUse } from './names.ts';

/** Gives a container another name. Throws ContainerError in dockerd's words. */
export async function renameContainer(context: Context, container: Container, newName: string): Promise<void> {
  if (newName === '') throw invalidParameter('Neither old nor new names may be empty');
  const slashed = newName.startsWith('/') ? newName : `/${newName}`;
  const oldName = container.name;
  if (slashed === `/${oldName}`) {
    throw invalidParameter('Renaming a container with the same name as its current name');
  }
  const name = allocate(context, slashed);
  await update(context, container, { name });
  publish(context, container, 'rename', { oldName: `/${oldName}` });
}

function allocate(context: Context, slashed: string): string {
  try {
    const name = checkName(slashed);
    const owner = [...context.containers.values()].find((other) => other.name === name);
    if (owner) throw nameInUse(name, owner.id);
    return name;
  } catch (error) {
    if (!(error instanceof ContainerError)) throw error;
    throw new ContainerError(error.code, `Error when allocating new name: ${error.message}`);
  }
}
