import { describe, expect, it } from 'vitest';
import { announce } from './announce.ts';
import { applyChange, leafChanges } from './changes.ts';
import type { Change, Facts } from './facts.ts';
import { recorded } from './fixtures/load.ts';
import { instructionOf } from './instruction.ts';
import { allLayers, buildPicture, type Stand } from './picture.ts';
import { layOut, MEASURES } from './placement.ts';
import { mapHistory } from './steps.ts';

/** The picture as indented text, as short as a test can be read. */
function sketch(stand: Stand, indent = ''): string {
  return [
    ...stand.metadata.map(({ instruction }) => `${indent}- ${instruction}`),
    ...stand.images.map(({ tags }) => `${indent}* ${tags.join(' ')}`),
    ...stand.containers.map(({ name, state }) => `${indent}= ${name} ${state}`),
    ...stand.layers.map((layer) => `${indent}[${layer.instruction} ${layer.size}]\n${sketch(layer, `${indent}  `)}`),
  ].join('\n');
}

describe('the picture of the walk-through, from a real daemon', () => {
  const facts = recorded('walkthrough');

  it('lets images share their layers and puts the container on its image', () => {
    expect(sketch(buildPicture(facts))).toBe(
      [
        '[docker import 1982323]',
        '  * alpine:latest',
        '  [COPY dir:00755f9b… in . 92]',
        '    - CMD ["./app"]',
        '    * myapp:latest',
        '    = mycontainer running',
        '    [docker commit 68]',
        '      * myapp:v2',
      ].join('\n'),
    );
  });

  it('says what each step changed', () => {
    const v2 = (tag: string) => tag === 'myapp:v2';
    const before: Facts = {
      images: facts.images.filter(({ tags }) => !tags.some(v2)),
      containers: facts.containers.map((container) => ({ ...container, changes: [] })),
    };
    expect(announce(before, { ...before, containers: facts.containers })).toEqual([
      '/a/b/c written in mycontainer’s writable layer.',
      '/app copied up into mycontainer’s writable layer and changed.',
      '/file.txt written in mycontainer’s writable layer.',
    ]);
    expect(announce(before, { ...before, images: facts.images })).toEqual([
      'Image myapp:v2 created, shares 2 layers with myapp:latest.',
    ]);
    expect(announce(before, { ...before, containers: [] })).toEqual([
      'Container mycontainer removed, with its writable layer.',
    ]);
  });
});

describe('which history row made which layer', () => {
  const picture = buildPicture(recorded('both-builders'));

  it('understands both builders, empty layers among them', () => {
    expect(sketch(picture)).toContain(
      [
        '  [WORKDIR /srv 0]',
        '    [COPY . . 150]',
        '      [RUN echo hi > /hi 3]',
        '        [RUN true 0]',
        '          - EXPOSE map[80/tcp:{}]',
        '          - CMD ["./app"]',
        '          * bk:latest',
        '          = stopped exited',
      ].join('\n'),
    );
    expect(sketch(picture)).toMatch(/\[RUN echo hi > \/hi 3\]\n +- RUN true\n +- EXPOSE 80\n/);
  });

  it('never gives two layers one row, nor loses one', () => {
    for (const image of recorded('both-builders').images) {
      const { before, layers } = mapHistory(image.layers, image.history);
      const rows = [...before, ...layers.flatMap(({ row, metadata }) => [...(row ? [row] : []), ...metadata])];
      expect(rows).toEqual(image.history);
      expect(layers.map(({ diffId }) => diffId)).toEqual(image.layers);
    }
  });

  it('leaves the oldest layers nameless where the history is too short', () => {
    const row = { Id: '', Created: 0, CreatedBy: 'COPY . . # buildkit', Tags: null, Size: 9, Comment: '' };
    expect(mapHistory(['sha256:a', 'sha256:b'], [row]).layers.map((step) => step.row)).toEqual([undefined, row]);
  });
});

describe('instructionOf', () => {
  it.each([
    ['COPY . . # buildkit', '', 'COPY . .'],
    ['RUN /bin/sh -c apk add curl # buildkit', '', 'RUN apk add curl'],
    ['/bin/sh -c apk add curl', '', 'RUN apk add curl'],
    ['/bin/sh -c #(nop)  CMD ["sh"]', '', 'CMD ["sh"]'],
    ['', 'Imported from -', 'docker import'],
    ['./app', '', 'docker commit'],
  ])('%s', (CreatedBy, Comment, expected) => {
    expect(instructionOf({ CreatedBy, Comment })).toBe(expected);
  });
});

describe('changes of a writable layer', () => {
  const of = (...changes: [string, Change['kind']][]): Change[] => changes.map(([path, kind]) => ({ path, kind }));

  it('shows files, not the directories that only hold them', () => {
    const changes = of(['/root', 'modified'], ['/root/.ash_history', 'added'], ['/a', 'added'], ['/file.txt', 'added']);
    expect(leafChanges(changes).map(({ path }) => path)).toEqual(['/a', '/file.txt', '/root/.ash_history']);
  });

  it('forgets what came and went', () => {
    const made = applyChange([], { path: '/x', kind: 'created' });
    expect(applyChange(made, { path: '/x', kind: 'modified' })).toEqual(of(['/x', 'added']));
    expect(applyChange(made, { path: '/x', kind: 'deleted' })).toEqual([]);
  });

  it('keeps a whiteout for what the image has', () => {
    const gone = applyChange([], { path: '/etc/motd', kind: 'deleted' });
    expect(gone).toEqual(of(['/etc/motd', 'deleted']));
    expect(applyChange(gone, { path: '/etc/motd', kind: 'created' })).toEqual(of(['/etc/motd', 'modified']));
  });
});

describe('layOut', () => {
  const picture = buildPicture(recorded('walkthrough'));

  it('stands everything on what it builds on', () => {
    const { boxes, width } = layOut(picture, 420);
    expect(width).toBe(420);
    const layers = boxes.filter((box) => box.kind === 'layer');
    expect(layers.map(({ layer }) => layer.depth)).toEqual([1, 2, 3]);
    const [base, copy, commit] = layers;
    expect(base).toMatchObject({ x: 0, y: 0, width: 420 });
    for (const [lower, upper] of [
      [base, copy],
      [copy, commit],
    ]) {
      if (!lower || !upper) throw new Error('three layers expected');
      expect(upper.y).toBeGreaterThanOrEqual(lower.y + MEASURES.bar);
      expect(upper.x).toBeGreaterThanOrEqual(lower.x);
      expect(upper.x + upper.width).toBeLessThanOrEqual(lower.x + lower.width + 0.001);
    }
  });

  it('never lets boxes overlap', () => {
    const { boxes } = layOut(buildPicture(recorded('both-builders')), 300);
    const inner = (a: number, b: number) => a < b - 0.001;
    for (const [index, a] of boxes.entries()) {
      for (const b of boxes.slice(index + 1)) {
        const apart =
          !inner(a.x, b.x + b.width) ||
          !inner(b.x, a.x + a.width) ||
          !inner(a.y, b.y + b.height) ||
          !inner(b.y, a.y + a.height);
        expect(apart, `${a.key} and ${b.key}`).toBe(true);
      }
    }
  });

  it('widens rather than squeeze what must be read', () => {
    const { boxes, width } = layOut(picture, 10);
    expect(width).toBeGreaterThan(2 * MEASURES.unit);
    for (const box of boxes) expect(box.width, box.key).toBeGreaterThanOrEqual(MEASURES.unit - 0.001);
  });

  it('holds one layer for each chain of diff IDs', () => {
    const keys = allLayers(picture).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
