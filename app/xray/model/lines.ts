import type { BuildFact, StepFact } from './build.ts';
import { layerKey } from './draft.ts';

/** An instruction of a Dockerfile that was built, and what it stands for in the picture. */
export interface LineLink {
  /** 1-based first and last line. */
  readonly lines: readonly [number, number];
  readonly step: StepFact;
  /**
   * Keys of the layers that came with it, base first: all of the base image for FROM, one for a step that makes a
   * layer, none for settings.
   */
  readonly keys: readonly string[];
}

/** What the lines of Dockerfiles that were built have become, by the Dockerfile's whole text. */
export type BuiltLines = ReadonlyMap<string, readonly LineLink[]>;

/** Texts that are remembered, the newest ones. */
const REMEMBERED = 20;

export function rememberLines(known: BuiltLines, build: BuildFact): BuiltLines {
  if (!build.dockerfile) return known;
  const { text } = build.dockerfile;
  const links = linesOf(build);
  if (links.length === 0) return known;
  const rest = [...known].filter(([other]) => other !== text);
  return new Map([...rest.slice(-(REMEMBERED - 1)), [text, links]]);
}

function linesOf({ stages }: BuildFact): readonly LineLink[] {
  return stages.flatMap(({ steps }) =>
    steps.flatMap((step, index) => {
      if (!step.layers) return [];
      const { layers, lines } = step;
      const all = layers.map((_, at) => layerKey(layers.slice(0, at + 1)));
      return [{ lines, step, keys: index === 0 ? all : step.makesLayer ? all.slice(-1) : [] }];
    }),
  );
}

export function linkAtLine(links: readonly LineLink[], line: number): LineLink | undefined {
  return links.find(({ lines: [first, last] }) => first <= line && line <= last);
}

/** The instruction that a layer came with: the one that made it before the FROM that brought it. */
export function linkOfLayer(links: readonly LineLink[], key: string): LineLink | undefined {
  const having = links.filter(({ keys }) => keys.includes(key));
  return having.find(({ step }) => step.makesLayer) ?? having[0];
}
