'use client';

import { useSyncExternalStore } from 'react';
import { MoonIcon, SunIcon } from './icons.tsx';
import { chooseTheme, currentTheme, onThemeChange } from './theme.ts';

export function ThemeToggle() {
  // The server knows no theme; the icon settles after hydration.
  const theme = useSyncExternalStore(onThemeChange, currentTheme, () => 'light' as const);
  const next = theme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      onClick={() => chooseTheme(next)}
      aria-label={`Use the ${next} theme`}
      title={`Use the ${next} theme`}
      className="grid size-8 place-items-center rounded-md text-muted hover:bg-raised hover:text-ink"
    >
      {theme === 'dark' ? <SunIcon /> : <MoonIcon />}
    </button>
  );
}
