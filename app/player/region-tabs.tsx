'use client';

import type { ReactNode } from 'react';
import { EditorIcon, LayersIcon, LessonIcon, TerminalIcon } from '../ui/icons.tsx';
import { REGION_NAMES, REGIONS, type Region, showRegion, useLayout } from './layout-store.ts';

const ICONS: Readonly<Record<Region, ReactNode>> = {
  lesson: <LessonIcon />,
  editor: <EditorIcon />,
  terminal: <TerminalIcon />,
  xray: <LayersIcon />,
};

/** On a narrow screen: which of the four regions is shown. */
export function RegionBar() {
  const region = useLayout((state) => state.region);
  return (
    <nav aria-label="Regions" className="region-bar">
      {REGIONS.map((name) => (
        <button key={name} type="button" aria-current={region === name} onClick={() => showRegion(name)}>
          {ICONS[name]}
          {REGION_NAMES[name]}
        </button>
      ))}
    </nav>
  );
}

/** On a middling screen: whether the editor or the X-ray has the upper right. */
export function UpperTabs() {
  const upper = useLayout((state) => state.upper);
  return (
    <nav aria-label="Editor or X-ray" className="upper-tabs">
      {(['editor', 'xray'] as const).map((name) => (
        <button key={name} type="button" aria-current={upper === name} onClick={() => showRegion(name)}>
          {ICONS[name]}
          {REGION_NAMES[name]}
        </button>
      ))}
    </nav>
  );
}
