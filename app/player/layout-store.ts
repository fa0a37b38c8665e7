import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export const REGIONS = ['lesson', 'editor', 'terminal', 'xray'] as const;
export type Region = (typeof REGIONS)[number];

/** Region names as ARIA has them and as tabs show them. */
export const REGION_NAMES: Readonly<Record<Region, string>> = {
  lesson: 'Lesson',
  editor: 'Editor',
  terminal: 'Terminal',
  xray: 'X-ray',
};

interface LayoutState {
  /** The one region on a narrow screen. */
  readonly region: Region;
  /** Which of the two shares the upper right on a middling screen. */
  readonly upper: 'editor' | 'xray';
}

export const layoutStore = createStore<LayoutState>(() => ({ region: 'lesson', upper: 'editor' }));

export const useLayout = <T>(select: (state: LayoutState) => T): T => useStore(layoutStore, select);

/** Brings a region to sight on any screen; on wide ones it always is. */
export function showRegion(region: Region): void {
  layoutStore.setState({ region, ...(region === 'editor' || region === 'xray' ? { upper: region } : {}) });
}
