/** Which side of a shared file system did something: a process in the guest, or this program. */
export type Origin = 'guest' | 'host';

/**
 * Something happened to a path. A directory that was renamed or removed stands for everything below it. Writing a file
 * in pieces gives a change for each piece.
 */
export interface Change {
  /** Absolute in the file system, such as `/src/main.c`. */
  readonly path: string;
  readonly kind: 'created' | 'modified' | 'deleted';
  readonly origin: Origin;
}

export type ChangeListener = (change: Change) => void;
