'use client';

import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { messageOf, useEngine } from '../../engine/engine-store.ts';
import { CrossIcon } from '../../ui/icons.tsx';
import { humanSize, plural } from '../../ui/words.ts';
import { stateWords } from '../model/announce.ts';
import type { BuildFact } from '../model/build.ts';
import { leafChanges } from '../model/changes.ts';
import type { ContainerFact, Facts, ImageFact } from '../model/facts.ts';
import { allLayers, type Layer, type Picture, tintOf } from '../model/picture.ts';
import { type Selection, select, useXray } from '../xray-store.ts';
import { DockerfileLine, hasLine } from './dockerfile-line.tsx';
import { buildDetails } from './inspector-build.tsx';
import { CHANGE_MARKS, CHANGE_WORDS, StateDot } from './marks.tsx';

/** What is known about the chosen part of the picture. */
export function Inspector({ picture }: { readonly picture: Picture | null }) {
  const selection = useXray((state) => state.selection);
  const facts = useXray((state) => state.facts);
  const build = useXray((state) => state.build);
  const details = useMemo(
    () => (selection && facts && picture ? detailsOf(selection, facts, picture, build) : null),
    [selection, facts, picture, build],
  );
  if (!details) return null;
  return (
    <section className="inspector" aria-label="Inspector">
      <div className="inspector-head">
        <h3>{details.title}</h3>
        <button type="button" aria-label="Close the inspector" title="Close" onClick={() => select(null)}>
          <CrossIcon />
        </button>
      </div>
      <div className="inspector-scroll">
        {details.body}
        {(selection?.kind === 'image' || selection?.kind === 'container') && (
          <InspectJson kind={selection.kind} id={selection.id} />
        )}
      </div>
    </section>
  );
}

interface Details {
  readonly title: ReactNode;
  readonly body: ReactNode;
}

function detailsOf(selection: Selection, facts: Facts, picture: Picture, build: BuildFact | null): Details | null {
  if (selection.kind === 'build') return build && buildDetails(build);
  if (selection.kind === 'image') {
    const image = facts.images.find(({ id }) => id === selection.id);
    return image ? imageDetails(image, facts) : null;
  }
  if (selection.kind === 'container') {
    const container = facts.containers.find(({ id }) => id === selection.id);
    return container ? containerDetails(container, facts) : null;
  }
  const layer = allLayers(picture).find(({ key }) => key === selection.key);
  return layer ? layerDetails(layer, facts) : null;
}

function layerDetails(layer: Layer, facts: Facts): Details {
  const users = facts.images.filter(({ layers }) => layers[layer.depth - 1] === layer.diffId);
  return {
    title: (
      <>
        <span className="swatch" data-tint={tintOf(layer.diffId)} /> Layer {layer.depth}
      </>
    ),
    body: (
      <Facets
        rows={[
          ['Instruction', <code key="instruction">{layer.instruction}</code>],
          ...(hasLine(layer.key) ? [['Dockerfile', <DockerfileLine key="line" layerKey={layer.key} />] as const] : []),
          ['Adds', layer.size === undefined ? 'not known' : humanSize(layer.size)],
          ['Diff ID', <Digest key="digest" value={layer.diffId} />],
          ['In images', users.flatMap(({ tags }) => (tags.length > 0 ? tags : ['<none>'])).join(', ')],
          ...(layer.metadata.length > 0
            ? [['Then, settings only', layer.metadata.map(({ instruction }) => instruction).join('\n')] as const]
            : []),
        ]}
      />
    ),
  };
}

function imageDetails(image: ImageFact, facts: Facts): Details {
  const users = facts.containers.filter(({ imageId }) => imageId === image.id);
  return {
    title: `Image ${image.tags[0] ?? '<none>'}`,
    body: (
      <Facets
        rows={[
          ['Image ID', <Digest key="digest" value={image.id} />],
          ['Tags', image.tags.join(', ') || 'none'],
          ['Size', `${humanSize(image.size)} in ${plural(image.layers.length, 'layer')}`],
          ['Containers', users.map(({ name }) => name).join(', ') || 'none'],
          ['Can change', 'no: an image is immutable'],
        ]}
      />
    ),
  };
}

function containerDetails(container: ContainerFact, facts: Facts): Details {
  const changes = leafChanges(container.changes);
  const image = facts.images.find(({ id }) => id === container.imageId);
  return {
    title: `Container ${container.name}`,
    body: (
      <>
        <Facets
          rows={[
            [
              'State',
              <span key="state" className="inline-flex items-center gap-1.5">
                <StateDot state={container.state} /> {stateWords(container)}
              </span>,
            ],
            ['Container ID', <Digest key="digest" value={container.id} />],
            ['Image', image?.tags[0] ?? container.image],
            ['Command', <code key="command">{container.command}</code>],
            ['Writable layer', changes.length === 0 ? 'empty' : plural(changes.length, 'change')],
          ]}
        />
        {changes.length > 0 && (
          <ul className="inspector-files">
            {changes.map(({ path, kind }) => (
              <li key={path} title={CHANGE_WORDS[kind]}>
                <span aria-hidden="true">{CHANGE_MARKS[kind]}</span>
                <span className="sr-only">{CHANGE_WORDS[kind]}: </span> {path}
              </li>
            ))}
          </ul>
        )}
      </>
    ),
  };
}

function Facets({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facets">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Digest({ value }: { readonly value: string }) {
  return <code className="digest">{value}</code>;
}

/** The engine's own words, as `docker inspect` gives them; read when opened. */
function InspectJson({ kind, id }: { readonly kind: 'image' | 'container'; readonly id: string }) {
  const engine = useEngine((state) => state.engine);
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  useEffect(() => {
    if (!open || !engine) return;
    let current = true;
    const { images, containers } = engine.docker;
    (kind === 'image' ? images.inspect(id) : containers.inspect(id)).then(
      (value) => current && setText(JSON.stringify(value, null, 2)),
      (error: unknown) => current && setText(messageOf(error)),
    );
    return () => {
      current = false;
    };
  }, [open, engine, kind, id]);
  return (
    <details className="inspector-json" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code>docker inspect</code>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}
