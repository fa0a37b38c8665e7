export type { TarEntry, TarEntryType } from './entry.ts';
export { TarError, type TarErrorCode } from './error.ts';
export { type ReadTarOptions, readTar, tarEntries } from './read.ts';
export { tarStream } from './stream.ts';
export { nodeEntry, type TreeToTarOptions, tarToTree, treeEntries, treeToTar } from './tree.ts';
export { tarBody, tarHeader, tarParts, writeTar } from './write.ts';
