import { ContainerError, invalidParameter } from './errors.ts';
import { ADJECTIVES, SURNAMES } from './name-words.ts';

const VALID_NAME = /^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** The name without its slash. Throws ContainerError if Docker would not take it. */
export function checkName(name: string): string {
  if (!VALID_NAME.test(name)) {
    throw invalidParameter(`Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  }
  return name.replace(/^\//, '');
}

export const nameInUse = (name: string, id: string): ContainerError =>
  new ContainerError(
    'conflict',
    `Conflict. The container name "/${name}" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`,
  );

const pick = (words: readonly string[], random: () => number): string =>
  words[Math.floor(random() * words.length)] ?? 'lab';

/** `adjective_surname`, not taken yet; a digit follows when luck runs out, as in Docker. */
export function generateName(taken: (name: string) => boolean, random: () => number = Math.random): string {
  for (let attempt = 0; ; attempt += 1) {
    const pair = `${pick(ADJECTIVES, random)}_${pick(SURNAMES, random)}`;
    const name = attempt < 6 ? pair : `${pair}${Math.floor(random() * 10 ** (attempt - 5))}`;
    if (!taken(name)) return name;
  }
}
