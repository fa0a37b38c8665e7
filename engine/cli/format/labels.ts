import type { Labels } from '../../api/types.ts';

/** `{{.Labels}}`: sorted, `key=value`, between commas. */
export function labelList(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}

/** Title of the column of `{{.Label "name"}}`. */
export function labelTitle(name: string): string {
  return name.replaceAll(/[-_]/g, ' ');
}

/** `{{.Label "name"}}`; empty if there is none. */
export function labelOf(labels: Labels, name: string): string {
  return labels[name] ?? '';
}
