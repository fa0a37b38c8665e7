export type { TarEntry, TarEntryType } from './entry.ts';
export { TarError, type TarErrorCode } from './error.ts';
export { type ReadTarOptions, readTar, tarEntries } from './read.ts';
export { nodeEntry, type TreeToTarOptions, tarToTree, treeEntries, treeToTar } from './tree.ts';
export { tarHeader, tarParts, writeTar } from './write.ts';
