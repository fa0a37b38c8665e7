'use client';

import { type CSSProperties, type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { humanSize, shortId } from '../../ui/words.ts';
import type { Picture } from '../model/picture.ts';
import { type TreeNode, treeOf } from '../model/tree.ts';
import { isSelected, select, useXray } from '../xray-store.ts';

/** The picture as text: the same nodes, names, states and sizes. Arrow keys, Home and End move; Enter chooses. */
export function TreeView({ picture }: { readonly picture: Picture }) {
  const build = useXray((state) => state.build);
  const nodes = useMemo(() => treeOf(picture, build, { humanSize, shortId }), [picture, build]);
  const [focused, setFocused] = useState(0);
  const selection = useXray((state) => state.selection);
  const tree = useRef<HTMLDivElement>(null);
  const flat = useMemo(() => flatten(nodes), [nodes]);
  const current = Math.min(focused, flat.length - 1);

  const press = (event: KeyboardEvent) => {
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      Home: 0,
      End: flat.length - 1,
    };
    const node = flat[current]?.node;
    if ((event.key === 'Enter' || event.key === ' ') && node?.selection) {
      event.preventDefault();
      select(node.selection);
    }
    const target = moves[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(flat.length - 1, target));
    setFocused(next);
    tree.current?.querySelectorAll<HTMLElement>('[role=treeitem]')[next]?.focus();
  };

  return (
    <div ref={tree} role="tree" aria-label="Layers, images and containers" className="tree" onKeyDown={press}>
      {flat.map(({ node, level }, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the tree itself handles the keys
        <div
          key={node.key}
          role="treeitem"
          tabIndex={index === current ? 0 : -1}
          aria-level={level}
          aria-selected={node.selection ? isSelected(selection, node.selection) : false}
          style={{ '--level': level } as CSSProperties}
          data-kind={node.kind}
          onFocus={() => setFocused(index)}
          onClick={() => node.selection && select(node.selection)}
        >
          {node.label}
        </div>
      ))}
    </div>
  );
}

interface Row {
  readonly node: TreeNode;
  /** Counted from 1. */
  readonly level: number;
}

function flatten(nodes: readonly TreeNode[], level = 1): readonly Row[] {
  return nodes.flatMap((node) => [{ node, level }, ...flatten(node.children, level + 1)]);
}
