export { type LoadedImage, loadImages } from './archive/load.ts';
export { saveImages } from './archive/save.ts';
export { type Compression, DEFAULT_UNPACK_LIMIT, decompress, detectCompression } from './compression.ts';
export { chainId, type Digest, hexOf, isDigest, sha256, shortId } from './digest.ts';
export * from './documents.ts';
export { ImageError, type ImageErrorCode } from './errors.ts';
export { gunzip, gzip, isGzip } from './gzip.ts';
export * from './image.ts';
export {
  type CreateImage,
  ImageStore,
  type ImageStoreOptions,
  type InstallImage,
  type LayerBlob,
  type LayerLease,
} from './image-store.ts';
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
export {
  canonicalName,
  familiarName,
  familiarRepository,
  parseReference,
  type Reference,
  repositoryName,
} from './reference.ts';
