/** Names of the colour tokens in app/globals.css. */
export type Token =
  | 'page'
  | 'panel'
  | 'sunken'
  | 'raised'
  | 'line'
  | 'line-strong'
  | 'ink'
  | 'muted'
  | 'accent'
  | 'accent-soft'
  | 'good'
  | 'warn'
  | 'bad';

/**
 * Tokens as `#rrggbb`, for programs that take no CSS colours (xterm.js, Monaco). The browser resolves them, so what
 * `light-dark()` means now is what comes back.
 */
export function readTokens<T extends Token>(names: readonly T[]): Record<T, string> {
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const entries = names.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, hex(style.color)] as const;
  });
  probe.remove();
  return Object.fromEntries(entries) as Record<T, string>;
}

/** `rgb(1, 2, 3)` as `#010203`. */
function hex(rgb: string): string {
  const channels = rgb.match(/\d+/g)?.slice(0, 3) ?? ['0', '0', '0'];
  return `#${channels.map((channel) => Number(channel).toString(16).padStart(2, '0')).join('')}`;
}
