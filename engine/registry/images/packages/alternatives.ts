import type { RootBuilder } from './root-builder.ts';

export interface Alternative {
  /** `awk` */
  readonly name: string;
  /** Where people look for it: `/usr/bin/awk`. */
  readonly link: string;
  readonly target: string;
  readonly priority: number;
  /** Links that follow it, by name: their link; all lead to the same target. */
  readonly slaves?: Readonly<Record<string, string>>;
}

/** What `update-alternatives --install` leaves where this is the only choice (update-alternatives(1), "FILES"). */
export function addAlternative(root: RootBuilder, { name, link, target, priority, slaves = {} }: Alternative): void {
  const followers = Object.entries(slaves).sort(([a], [b]) => (a < b ? -1 : 1));
  root.file(
    `var/lib/dpkg/alternatives/${name}`,
    ['auto', link, ...followers.flat(), '', target, priority, ...followers.map(() => target), '', ''].join('\n'),
  );
  for (const [each, path] of [[name, link] as const, ...followers]) {
    root.symlink(path.slice(1), `/etc/alternatives/${each}`).symlink(`etc/alternatives/${each}`, target);
  }
}
