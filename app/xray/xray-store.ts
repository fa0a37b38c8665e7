import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { announce } from './model/announce.ts';
import type { Facts } from './model/facts.ts';

/** What is chosen in the picture, by the keys of app/xray/model. */
export type Selection =
  | { readonly kind: 'layer'; readonly key: string }
  | { readonly kind: 'image'; readonly id: string }
  | { readonly kind: 'container'; readonly id: string };

interface XrayState {
  /** Null until the engine has answered for the first time. */
  readonly facts: Facts | null;
  /** The latest change in words; `count` makes the same words news again. */
  readonly news: { readonly text: string; readonly count: number };
  readonly selection: Selection | null;
  readonly view: 'layers' | 'text';
}

export const xrayStore = createStore<XrayState>(() => ({
  facts: null,
  news: { text: '', count: 0 },
  selection: null,
  view: 'layers',
}));

export const useXray = <T>(select: (state: XrayState) => T): T => useStore(xrayStore, select);

export function publishFacts(facts: Facts): void {
  xrayStore.setState((state) => {
    const said = state.facts ? announce(state.facts, facts) : [];
    const news = said.length > 0 ? { text: said.join(' '), count: state.news.count + 1 } : state.news;
    return { facts, news };
  });
}

export function select(selection: Selection | null): void {
  xrayStore.setState({ selection });
}

export function isSelected(selection: Selection | null, other: Selection): boolean {
  if (selection === null || selection.kind !== other.kind) return false;
  return selection.kind === 'layer'
    ? other.kind === 'layer' && selection.key === other.key
    : other.kind !== 'layer' && selection.id === other.id;
}
