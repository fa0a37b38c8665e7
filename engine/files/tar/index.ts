export type { TarEntry, TarEntryType } from './entry.ts';
export { TarError, type TarErrorCode } from './error.ts';
export { readTar } from './read.ts';
export { nodeEntry, type TreeToTarOptions, tarToTree, treeEntries, treeToTar } from './tree.ts';
export { writeTar } from './write.ts';
