/** A line of dpkg.cfg: a shell pattern in which `*` matches slashes too. The last rule that matches a path decides. */
export type PathRule = readonly ['path-exclude' | 'path-include', string];

export function excludes(...patterns: readonly string[]): readonly PathRule[] {
  return patterns.map((pattern) => ['path-exclude', pattern]);
}

/** Whether dpkg would leave out a path, absolute, under these rules (dpkg(1), `--path-exclude`). */
export function isExcluded(path: string, rules: readonly PathRule[]): boolean {
  const rule = rules.findLast(([, pattern]) => toRegExp(pattern).test(path));
  return rule?.[0] === 'path-exclude';
}

/** The rules as dpkg reads them from /etc/dpkg/dpkg.cfg.d. */
export function formatRules(rules: readonly PathRule[]): string {
  return rules.map(([kind, pattern]) => `${kind} ${pattern}\n`).join('');
}

const compiled = new Map<string, RegExp>();

function toRegExp(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^');
  const expression = new RegExp(`^${source}$`, 's');
  compiled.set(pattern, expression);
  return expression;
}
