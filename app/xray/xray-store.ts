import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { BuildEvent, TransferEvent } from '../../engine/api/lab/types.ts';
import { announce } from './model/announce.ts';
import { announceBuild } from './model/announce-build.ts';
import { applyBuildEvent, type BuildFact } from './model/build.ts';
import type { Facts } from './model/facts.ts';
import { type BuiltLines, rememberLines } from './model/lines.ts';
import { announceTransfer, applyTransferEvent, type TransferFact } from './model/transfer.ts';

/** What is chosen in the picture, by the keys of app/xray/model. */
export type Selection =
  | { readonly kind: 'layer'; readonly key: string }
  | { readonly kind: 'image'; readonly id: string }
  | { readonly kind: 'container'; readonly id: string }
  /** The newest build. */
  | { readonly kind: 'build' };

/** Words for people; `count` makes the same words news again. */
interface News {
  readonly text: string;
  readonly count: number;
}

interface XrayState {
  /** Null until the engine has answered for the first time. */
  readonly facts: Facts | null;
  /** The newest build, unless it has been put away. */
  readonly build: BuildFact | null;
  /** The newest pull or push, if nothing has been built since. */
  readonly transfer: TransferFact | null;
  /** Number of the newest build that has been put away. */
  readonly dismissed: number;
  readonly builtLines: BuiltLines;
  /** The latest change of the facts. */
  readonly news: News;
  readonly buildNews: News;
  readonly selection: Selection | null;
  /** Keys of the layers that the editor's cursor points at. */
  readonly lit: readonly string[];
  readonly view: 'layers' | 'text';
}

export const xrayStore = createStore<XrayState>(() => ({
  facts: null,
  build: null,
  transfer: null,
  dismissed: 0,
  builtLines: new Map(),
  news: { text: '', count: 0 },
  buildNews: { text: '', count: 0 },
  selection: null,
  lit: [],
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

export function publishBuild(event: BuildEvent): void {
  xrayStore.setState((state) => {
    if (event.build <= state.dismissed) return state;
    const build = applyBuildEvent(state.build, event);
    if (!build || build === state.build) return state;
    const said = announceBuild(state.build, build);
    const buildNews = said === null ? state.buildNews : { text: said, count: state.buildNews.count + 1 };
    const transfer = build.id !== state.build?.id && state.transfer?.outcome !== 'running' ? null : state.transfer;
    return { build, buildNews, builtLines: rememberLines(state.builtLines, build), transfer };
  });
}

export function publishTransfer(event: TransferEvent): void {
  xrayStore.setState((state) => {
    const transfer = applyTransferEvent(state.transfer, event);
    if (!transfer || transfer === state.transfer) return state;
    const said = announceTransfer(transfer);
    const news = said === null ? state.news : { text: said, count: state.news.count + 1 };
    // What did not come is not in the picture.
    return { transfer: transfer.outcome === 'failed' ? null : transfer, news };
  });
}

/** Puts the newest build away, once it has ended: the picture shows only what the engine holds. */
export function dismissBuild(): void {
  xrayStore.setState((state) => {
    const { build, selection } = state;
    if (!build || build.outcome.kind === 'running') return state;
    return { build: null, dismissed: build.id, selection: selection?.kind === 'build' ? null : selection };
  });
}

export function select(selection: Selection | null): void {
  xrayStore.setState({ selection });
}

/** Lights these layers in the picture, and no others. */
export function light(keys: readonly string[]): void {
  const { lit } = xrayStore.getState();
  if (lit.length !== keys.length || keys.some((key) => !lit.includes(key))) xrayStore.setState({ lit: keys });
}

export function isSelected(selection: Selection | null, other: Selection): boolean {
  return selection !== null && identityOf(selection) === identityOf(other);
}

function identityOf(selection: Selection): string {
  if (selection.kind === 'build') return 'build';
  return `${selection.kind} ${selection.kind === 'layer' ? selection.key : selection.id}`;
}
