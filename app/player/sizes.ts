/** Shares of the page in percent, by divider. */
export const DEFAULT_SIZES = { lesson: 26, xray: 29, upper: 40 } as const;
export type Divider = keyof typeof DEFAULT_SIZES;

export const SIZE_LIMITS: Readonly<Record<Divider, { readonly min: number; readonly max: number }>> = {
  lesson: { min: 18, max: 45 },
  xray: { min: 18, max: 50 },
  upper: { min: 15, max: 80 },
};

/** Key in localStorage: a JSON object of percentages by divider. */
export const SIZES_KEY = 'drydock.layout';

/** Puts the remembered sizes on <html> before the first paint, so that nothing jumps. */
export const SIZES_SCRIPT = `try{var s=JSON.parse(localStorage.getItem('${SIZES_KEY}')||'{}');for(var k in s)if(typeof s[k]==='number')document.documentElement.style.setProperty('--size-'+k,s[k])}catch{}`;

export function clampSize(divider: Divider, percent: number): number {
  const { min, max } = SIZE_LIMITS[divider];
  return Math.round(Math.min(max, Math.max(min, percent)) * 10) / 10;
}

/** Sizes as remembered; what is missing or makes no sense is the default. */
export function parseSizes(json: string | null): Readonly<Record<Divider, number>> {
  let stored: unknown = null;
  try {
    stored = JSON.parse(json ?? 'null');
  } catch {
    // Somebody else's value: the defaults are as good as any.
  }
  const of = (divider: Divider): number => {
    const value = typeof stored === 'object' && stored !== null ? (stored as Record<string, unknown>)[divider] : null;
    return typeof value === 'number' && Number.isFinite(value) ? clampSize(divider, value) : DEFAULT_SIZES[divider];
  };
  return { lesson: of('lesson'), xray: of('xray'), upper: of('upper') };
}
