'use client';

import { type CSSProperties, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { LockIcon } from '../../ui/icons.tsx';
import { humanSize, shortId } from '../../ui/words.ts';
import { stateWords } from '../model/announce.ts';
import { layerNews } from '../model/announce-build.ts';
import { countChanges } from '../model/changes.ts';
import type { Change } from '../model/facts.ts';
import { type Picture, tintOf } from '../model/picture.ts';
import {
  type CapBox,
  type FlagBox,
  type HairlineBox,
  type LayerBox,
  layOut,
  type PictureBox,
} from '../model/placement.ts';
import { isSelected, type Selection, select, useXray } from '../xray-store.ts';
import { LayerFill, LayerNews, NEAREST, PendingView, UnfinishedView } from './activity-boxes.tsx';
import { CHANGE_MARKS, CHANGE_WORDS, StateDot } from './marks.tsx';

const PADDING = 12;

/** The picture itself. Everything in it is a button, placed by the layout; what moves, moves by CSS transitions. */
export function PictureView({ picture }: { readonly picture: Picture }) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const layout = useMemo(() => (width > 0 ? layOut(picture, width - 2 * PADDING) : null), [picture, width]);

  return (
    // biome-ignore lint/a11y/useSemanticElements: no form, so no fieldset
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it takes the focus
    <div ref={frame} className="picture-frame" tabIndex={0} role="group" aria-label="Layers, images and containers">
      {layout && (
        <div className="picture" style={{ width: layout.width, height: layout.height }}>
          {layout.boxes.map((box) => (
            <BoxView key={`${box.kind} ${box.key}`} box={box} />
          ))}
          <div className="picture-ground" aria-hidden="true" />
        </div>
      )}
    </div>
  );
}

function BoxView({ box }: { readonly box: PictureBox }) {
  switch (box.kind) {
    case 'layer':
      return <LayerView box={box} />;
    case 'hairline':
      return <HairlineView box={box} />;
    case 'flag':
      return <FlagView box={box} />;
    case 'unfinished':
      return <UnfinishedView box={box} style={placed(box)} />;
    case 'pending':
      return <PendingView box={box} style={placed(box)} />;
    case 'cap':
      return <CapView box={box} />;
  }
}

function placed({ x, y, width, height }: PictureBox): CSSProperties {
  return { left: x, bottom: y, width, height };
}

function useChosen(selection: Selection): { readonly 'aria-pressed': boolean; readonly onClick: () => void } {
  const chosen = useXray((state) => isSelected(state.selection, selection));
  return { 'aria-pressed': chosen, onClick: () => select(chosen ? null : selection) };
}

function LayerView({ box }: { readonly box: LayerBox }) {
  const { layer } = box;
  const button = useRef<HTMLButtonElement>(null);
  const lit = useXray((state) => state.lit.includes(layer.key));
  const build = layer.built?.build;
  const { moving } = layer;
  const coming = moving !== undefined && layer.row === undefined;
  useEffect(() => {
    if (lit || coming || build !== undefined) button.current?.scrollIntoView(NEAREST);
  }, [lit, coming, build]);
  const size = layer.size === undefined ? '' : humanSize(layer.size);
  const news = layerNews(layer);
  const words = [layer.instruction, news, size].filter(Boolean).join(', ');
  return (
    <button
      ref={button}
      type="button"
      className="layer"
      data-tint={tintOf(layer.diffId)}
      data-lit={lit}
      style={placed(box)}
      title={words}
      aria-label={`Layer ${words}`}
      data-coming={coming}
      {...useChosen({ kind: 'layer', key: layer.key })}
    >
      {moving && <LayerFill moving={moving} />}
      <span className="layer-text">
        <span className="layer-label">{layer.instruction}</span>
        {news !== null && <LayerNews layer={layer} />}
        <span className="layer-size">{size}</span>
      </span>
    </button>
  );
}

function HairlineView({ box }: { readonly box: HairlineBox }) {
  return (
    <button
      type="button"
      className="hairline"
      style={placed(box)}
      onClick={() => select({ kind: 'layer', key: box.owner })}
    >
      <span className="sr-only">Settings: </span>
      <span className="hairline-label">{box.step.instruction}</span>
    </button>
  );
}

function FlagView({ box }: { readonly box: FlagBox }) {
  const { image, name, topmost } = box;
  const [domain, rest] = splitName(name ?? '<none>');
  return (
    <div className="flag" data-untagged={name === null} style={placed(box)}>
      <span className="flag-pole" style={{ height: box.height + box.pole }} />
      <button
        type="button"
        title={`${name ?? 'No name'}\n${image.id}\nImages are immutable.`}
        aria-label={`Image ${name ?? '<none>'}, ${shortId(image.id)}, immutable`}
        {...useChosen({ kind: 'image', id: image.id })}
      >
        <span className="flag-line">
          <span className="flag-cloth">
            {domain && <span className="flag-domain">{domain}</span>}
            <span className="flag-name">{rest}</span>
            <LockIcon />
          </span>
          {topmost && <span className="flag-id">{shortId(image.id)}</span>}
        </span>
      </button>
    </div>
  );
}

/** The registry that a name begins with, which may be cut short before the rest is. */
function splitName(name: string): readonly [string, string] {
  const slash = name.lastIndexOf('/') + 1;
  return [name.slice(0, slash), name.slice(slash)];
}

function CapView({ box }: { readonly box: CapBox }) {
  const { container, chips, changes } = box;
  const words = stateWords(container);
  const counts = countChanges(changes);
  const held = changes.length === 0 ? 'writable layer empty' : `${changes.length} changed in the writable layer`;
  return (
    <div className="cap" data-state={container.state} style={placed(box)}>
      <button
        type="button"
        className="cap-head"
        title={`${container.name}\n${container.command}\n${container.status}`}
        {...useChosen({ kind: 'container', id: container.id })}
      >
        <span className="sr-only">Container </span>
        <span className="cap-name">{container.name}</span>
        <span className="cap-state">
          <StateDot state={container.state} /> {words}
        </span>
        <span className="sr-only">, {held}</span>
      </button>
      {chips.length > 0 && (
        <ul className="chips" aria-label={`Changes in ${container.name}`}>
          {chips.map((change) => (
            <Chip key={change.path} change={change} />
          ))}
        </ul>
      )}
      {chips.length === 0 && changes.length > 0 && (
        <ul className="chips" aria-label={`Changes in ${container.name}`}>
          {(['added', 'modified', 'deleted'] as const)
            .filter((kind) => counts[kind] > 0)
            .map((kind) => (
              <li key={kind} className="chip" data-kind={kind}>
                <span className="chip-mark">{CHANGE_MARKS[kind]}</span>
                {counts[kind]} {CHANGE_WORDS[kind]}
              </li>
            ))}
        </ul>
      )}
    </div>
  );
}

function Chip({ change }: { readonly change: Change }) {
  const name = change.path.replace(/^\//, '');
  return (
    <li className="chip" data-kind={change.kind} title={`${change.path}, ${CHANGE_WORDS[change.kind]}`}>
      <span className="chip-mark" aria-hidden="true">
        {CHANGE_MARKS[change.kind]}
      </span>
      <span className="sr-only">{CHANGE_WORDS[change.kind]}: </span>
      <span className="chip-name">{name}</span>
    </li>
  );
}
