export { type LoadedImage, type LoadOptions, loadImages } from './archive/load.ts';
export { saveImages } from './archive/save.ts';
export { type Compression, DEFAULT_UNPACK_LIMIT, decompress, detectCompression } from './compression.ts';
export { chainId, type Digest, hexOf, isDigest, sha256, shortId } from './digest.ts';
export * from './documents.ts';
export { ImageError, type ImageErrorCode } from './errors.ts';
export { gzip } from './gzip.ts';
export * from './image.ts';
export {
  type CreateImage,
  ImageStore,
  type ImageStoreOptions,
  type InstallImage,
  type LayerBlob,
  type LayerLease,
} from './image-store.ts';
export { type ImportRequest, importImage } from './import.ts';
export {
  applyLayer,
  emptyRoot,
  type LayerChange,
  layerChanges,
  layerTarToTree,
  treeToLayerTar,
} from './layer.ts';
export type { StoredManifest } from './manifest-store.ts';
export { isOpaque, isWhiteout, OPAQUE_XATTR, WHITEOUT } from './overlay.ts';
export { isPlatform, ownPlatform, parsePlatform, platformName } from './platform.ts';
export {
  canonicalName,
  familiarName,
  familiarRepository,
  parseReference,
  type Reference,
  repositoryName,
} from './reference.ts';
