import { cleanAbsolute } from '../files/path.ts';

export { cleanAbsolute };

/** A path as seen from a working directory, which may be empty for the root. A trailing slash is lost. */
export function joinPath(workingDir: string, path: string): string {
  return cleanAbsolute(path.startsWith('/') ? path : `${workingDir}/${path}`);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function parentPath(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
