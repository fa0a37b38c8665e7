'use client';

import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { clampSize, DEFAULT_SIZES, type Divider, parseSizes, SIZE_LIMITS, SIZES_KEY } from './sizes.ts';

const STEP = 1;
const BIG_STEP = 5;

/**
 * A divider between regions: drags, answers to arrow keys (with Shift in bigger steps, Home and End to the limits),
 * resets on a double click or Enter, and is remembered. Sizes are percent of the grid, in `--size-…` on <html>.
 */
export function Separator({
  divider,
  label,
  orientation,
  inverted = false,
}: {
  readonly divider: Divider;
  readonly label: string;
  readonly orientation: 'vertical' | 'horizontal';
  /** The region that it sizes lies after it, so moving towards the end makes it smaller. */
  readonly inverted?: boolean;
}) {
  const [size, setSize] = useState<number>(DEFAULT_SIZES[divider]);
  const dragging = useRef(false);

  useEffect(() => setSize(parseSizes(readStored())[divider]), [divider]);

  const apply = (percent: number) => {
    const next = clampSize(divider, percent);
    setSize(next);
    document.documentElement.style.setProperty(`--size-${divider}`, String(next));
    store({ ...parseSizes(readStored()), [divider]: next });
  };

  const drag = (event: PointerEvent<HTMLElement>) => {
    const grid = event.currentTarget.parentElement?.getBoundingClientRect();
    if (!dragging.current || !grid) return;
    const share =
      orientation === 'vertical' ? (event.clientX - grid.left) / grid.width : (event.clientY - grid.top) / grid.height;
    apply((inverted ? 1 - share : share) * 100);
  };

  const press = (event: KeyboardEvent) => {
    const step = (event.shiftKey ? BIG_STEP : STEP) * (inverted ? -1 : 1);
    const moves: Readonly<Record<string, number>> = {
      [orientation === 'vertical' ? 'ArrowLeft' : 'ArrowUp']: size - step,
      [orientation === 'vertical' ? 'ArrowRight' : 'ArrowDown']: size + step,
      Home: SIZE_LIMITS[divider].min,
      End: SIZE_LIMITS[divider].max,
      Enter: DEFAULT_SIZES[divider],
    };
    const target = moves[event.key];
    if (target === undefined) return;
    event.preventDefault();
    apply(target);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: <hr> cannot be focused and moved
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={Math.round(size)}
      aria-valuemin={SIZE_LIMITS[divider].min}
      aria-valuemax={SIZE_LIMITS[divider].max}
      title="Drag to resize, double-click to reset"
      className={`separator separator-${divider}`}
      data-orientation={orientation}
      onKeyDown={press}
      onDoubleClick={() => apply(DEFAULT_SIZES[divider])}
      onPointerDown={(event) => {
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={drag}
      onPointerUp={() => {
        dragging.current = false;
      }}
      onPointerCancel={() => {
        dragging.current = false;
      }}
    />
  );
}

function readStored(): string | null {
  try {
    return localStorage.getItem(SIZES_KEY);
  } catch {
    return null;
  }
}

function store(sizes: Readonly<Record<Divider, number>>): void {
  try {
    localStorage.setItem(SIZES_KEY, JSON.stringify(sizes));
  } catch {
    // Storage is forbidden or full: the sizes last as long as the page.
  }
}
