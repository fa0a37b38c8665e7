// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are Dockerfile variables
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type Directory, directory, file, symlink } from '../files/node.ts';
import { readTar, treeToTar } from '../files/tar/index.ts';
import { gzip } from '../image/gzip.ts';
import { START, testBuilder, tree } from './testing/environment.ts';

/** As dockerd 20.10 with BuildKit was seen to do with the same files; times older than the build are shown. */
const hard = file('2\n', { mode: 0o640, mtime: 1577836800 });
const context = directory({
  d: directory(
    {
      a: hard,
      hard,
      ln: symlink('nested', { mtime: 1483228800 }),
      nested: directory({ n: file('1\n', { mtime: 1577836800 }) }, { mode: 0o700, mtime: 1546300800 }),
    },
    { mode: 0o711, mtime: 1514764800 },
  ),
  e: directory({ b: file('3\n', { mtime: 1577836800, uid: 77, gid: 88 }) }),
  top: file('t\n', { mode: 0o4755, mtime: 1577836800 }),
  top2: file('u\n', { mtime: 1577836800 }),
});
const base = tree(
  {
    'bin/busybox': file('x', { mode: 0o755 }),
    'tmp/w/': '',
    'etc/passwd': 'root:x:0:0::/:\napp:x:1000:1001::/:\n',
    'etc/group': 'root:x:0:\nstaff:x:50:\n',
    symd: symlink('/tmp/w'),
    dangling: symlink('/tmp/made'),
  },
  { mtime: 1500000000 },
);

/** What the last instruction's layer holds: `mode owner time path`. */
async function lastLayer(instructions: string, files: Directory = context): Promise<readonly string[]> {
  const builder = await testBuilder();
  await builder.addImage('base', base, { WorkingDir: '/tmp/w' });
  const { image } = await builder.build({ context: files, dockerfile: `FROM base\n${instructions}\n` });
  const layer = image.layers.at(-1);
  if (!layer) throw new Error('no layer');
  return [...readTar(await builder.images.layerTar(layer.diffId))].map(
    ({ mode, uid, gid, mtime, name, type, linkName }) => {
      const time = mtime > START / 1e6 ? 'now' : new Date(mtime * 1000).getUTCFullYear();
      const link = linkName === undefined ? '' : `${type === 'hard-link' ? ' =' : ' ->'} ${linkName}`;
      return `${mode.toString(8)} ${uid}:${gid} ${time} ${name}${link}`;
    },
  );
}

const contentsOfD = (prefix: string, owner = '0:0') => [
  `640 ${owner} 2020 ${prefix}a`,
  `640 ${owner} 2020 ${prefix}hard = ${prefix}a`,
  `777 ${owner} 2017 ${prefix}ln -> nested`,
  `700 ${owner} 2019 ${prefix}nested/`,
  `644 ${owner} 2020 ${prefix}nested/n`,
];

describe('COPY', () => {
  test.each<[string, readonly string[]]>([
    ['COPY d /newdest', ['755 0:0 now newdest/', ...contentsOfD('newdest/')]],
    ['COPY d /tmp/dd/', ['755 0:0 now tmp/', '755 0:0 now tmp/dd/', ...contentsOfD('tmp/dd/')]],
    ['COPY d/. /dot', ['755 0:0 now dot/', ...contentsOfD('dot/')]],
    ['COPY e /tmp/w', ['755 0:0 2017 tmp/', '755 0:0 now tmp/w/', '644 0:0 2020 tmp/w/b']],
    ['COPY top /tmp', ['755 0:0 now tmp/', '4755 0:0 2020 tmp/top']],
    ['COPY top top2 /multi/', ['755 0:0 now multi/', '4755 0:0 2020 multi/top', '644 0:0 2020 multi/top2']],
    ['COPY to* /wild/', ['755 0:0 now wild/', '4755 0:0 2020 wild/top', '644 0:0 2020 wild/top2']],
    ['COPY */b /wild/', ['755 0:0 now wild/', '644 0:0 2020 wild/b']],
    ['COPY nope* /wild/', []],
    ['COPY d/a /renamed/x', ['755 0:0 now renamed/', '640 0:0 2020 renamed/x']],
    ['COPY ["d/a", "/with space"]', ['640 0:0 2020 with space']],
    ['COPY top2 .', ['755 0:0 2017 tmp/', '755 0:0 now tmp/w/', '644 0:0 2020 tmp/w/top2']],
    [
      'COPY top2 rel/x',
      ['755 0:0 2017 tmp/', '755 0:0 now tmp/w/', '755 0:0 now tmp/w/rel/', '644 0:0 2020 tmp/w/rel/x'],
    ],
    ['COPY ../../top2 /', ['644 0:0 2020 top2']],
    ['COPY d/ln /lnk', ['755 0:0 now lnk/', '644 0:0 2020 lnk/n']],
    ['COPY e /symd', ['755 0:0 2017 tmp/', '755 0:0 now tmp/w/', '644 0:0 2020 tmp/w/b']],
    ['COPY top2 /symd', ['755 0:0 2017 tmp/', '755 0:0 now tmp/w/', '644 0:0 2020 tmp/w/top2']],
    ['COPY top2 /dangling/', ['755 0:0 now tmp/', '755 0:0 now tmp/made/', '644 0:0 2020 tmp/made/top2']],
    ['COPY top2 /bin/busybox', ['755 0:0 now bin/', '644 0:0 2020 bin/busybox']],
    ['COPY --chown=app d/a /o/p/', ['755 1000:1001 now o/', '755 1000:1001 now o/p/', '640 1000:1001 2020 o/p/a']],
    ['COPY --chown=5:staff d /o', ['755 5:50 now o/', ...contentsOfD('o/', '5:50')]],
    ['COPY --chown=7 top2 /o', ['644 7:7 2020 o']],
    ['COPY --chmod=600 d/nested /o', ['755 0:0 now o/', '600 0:0 2020 o/n']],
    ['COPY --chmod=u=rwx,go-r top2 /o', ['700 0:0 2020 o']],
    ['COPY --link top2 /etc/x', ['755 0:0 now etc/', '644 0:0 2020 etc/x']],
    ['COPY --exclude=nested --exclude=h* d /o', ['755 0:0 now o/', '640 0:0 2020 o/a', '777 0:0 2017 o/ln -> nested']],
    [
      'COPY --parents d/nested/n e/b /o/',
      [
        '755 0:0 now o/',
        '711 0:0 2018 o/d/',
        '700 0:0 2019 o/d/nested/',
        '644 0:0 2020 o/d/nested/n',
        '755 0:0 1970 o/e/',
        '644 0:0 2020 o/e/b',
      ],
    ],
    ['COPY --parents d/./nested/n /o/', ['755 0:0 now o/', '700 0:0 2019 o/nested/', '644 0:0 2020 o/nested/n']],
    ['COPY --parents **/b /o/', ['755 0:0 now o/', '755 0:0 1970 o/e/', '644 0:0 2020 o/e/b']],
    ['COPY <<f /o\nv=$PATH\nf', ['644 0:0 now o']],
    ['ENV D=/dest S=top2\nCOPY $S ${D}/', ['755 0:0 now dest/', '644 0:0 2020 dest/top2']],
    ['WORKDIR /', ['755 0:0 2017 tmp/', '755 0:0 now tmp/w/']],
    ['WORKDIR /tmp/w', []],
    ['USER app\nWORKDIR /mine/x', ['755 1000:1001 now mine/', '755 1000:1001 now mine/x/']],
  ])('%s', async (instructions, expected) => {
    if (instructions === 'WORKDIR /') {
      // Makes no layer: the base image's is the last.
      const builder = await testBuilder();
      const { layers } = await builder.addImage('base', base);
      const { image } = await builder.build({ context, dockerfile: 'FROM base\nWORKDIR /\n' });
      expect(image.layers).toEqual(layers);
      expect(image.config.history?.at(-1)).toMatchObject({ created_by: 'WORKDIR /', empty_layer: true });
      return;
    }
    expect(await lastLayer(instructions)).toEqual(expected);
  });

  test('what is below a directory that is there takes the new metadata', async () => {
    expect(await lastLayer('COPY d /x\nCOPY --chmod=755 d /x')).toContain('755 0:0 2019 x/nested/');
  });

  test('heredocs are files, their variables put in unless quoted', async () => {
    const builder = await testBuilder();
    const dockerfile = 'FROM scratch\nARG A=1\nCOPY <<one <<"two" /\n"$A" \\$A\none\n$A\ntwo\n';
    const { image } = await builder.build({ context, dockerfile });
    const root = await builder.images.rootfs(image.layers);
    const text = (name: string) => {
      const node = root.children.get(name);
      return node?.kind === 'file' ? new TextDecoder().decode(node.data) : undefined;
    };
    expect(text('one')).toBe('"1" $A\n');
    expect(text('two')).toBe('$A\n');
  });

  test.each([
    [
      'COPY nope /x',
      /^failed to compute cache key: failed to calculate checksum of ref \S+::\S+: "\/nope": not found$/,
    ],
    ['COPY top ../no /x/', /: "\/no": not found$/],
    [
      'COPY top top2 /x',
      /^When using COPY with more than one source file, the destination must be a directory and end with a \/$/,
    ],
    ['COPY d /bin/busybox', /^mkdir \/bin\/busybox: not a directory$/],
    ['COPY top /bin/busybox/', /^mkdir \/bin\/busybox: not a directory$/],
    ['COPY d /etc\nCOPY e/b /etc/nested/n/', /^mkdir \/etc\/nested\/n: not a directory$/],
    ['COPY <<nested /q/\nx\nnested\nCOPY d /q', /^cannot copy to non-directory: \/q\/nested$/],
    ['COPY d /q\nCOPY <<nested /r/\nx\nnested\nCOPY --from=base /symd /q/nested/n', /not a directory/],
    ['COPY --chown=nobody top /x', /^unable to find user nobody: no matching entries in passwd file$/],
    ['COPY --chown=app:none top /x', /^unable to find group none: no matching entries in group file$/],
    ['COPY --chmod=9 top /x', /^invalid chmod parameter: '9'. it should be octal string and between 0 and 07777$/],
    ['COPY --from=9 top /x', /^invalid stage index 9$/],
    ['COPY http://x/y /x', /^source can't be a URL for COPY$/],
    ['ADD http://x/y /x', /^ADD http:\/\/x\/y: this engine has no access to the network$/],
  ])('%s fails', async (instructions, message) => {
    await expect(lastLayer(instructions)).rejects.toThrow(message);
  });
});

describe('ADD', () => {
  const archive = treeToTar(
    directory({
      d: directory({ f: file('hi', { uid: 7, gid: 8, mtime: 1577836800 }) }, { mode: 0o711, mtime: 1546300800 }),
    }),
  );
  const unpacked = ['755 0:0 now u/', '711 0:0 2019 u/d/', '644 7:8 2020 u/d/f'];

  test('unpacks a tar, plain or in gzip, whatever its name', async () => {
    expect(await lastLayer('ADD x /u/', directory({ x: file(archive) }))).toEqual(unpacked);
    expect(await lastLayer('ADD x.tgz /u', directory({ 'x.tgz': file(await gzip(archive)) }))).toEqual(unpacked);
  });

  test('copies other files, also those in gzip that hold no tar', async () => {
    const files = directory({ 'x.gz': file(await gzip(new TextEncoder().encode('no tar'))), 'y.tar': file('no tar') });
    expect(await lastLayer('ADD x.gz y.tar /u/', files)).toEqual([
      '755 0:0 now u/',
      '644 0:0 1970 u/x.gz',
      '644 0:0 1970 u/y.tar',
    ]);
  });

  test('leaves an archive alone when told to', async () => {
    expect(await lastLayer('ADD --unpack=false x /u/', directory({ x: file(archive) }))).toEqual([
      '755 0:0 now u/',
      '644 0:0 1970 u/x',
    ]);
  });

  test.each(['gzip', 'bzip2', 'xz', 'zstd'])(
    'unpacks a tar in %s; one that is cut short is refused',
    async (program) => {
      const packed = new Uint8Array(execFileSync(program, ['-c'], { input: archive }));
      expect(await lastLayer('ADD x /u/', directory({ x: file(packed) }))).toEqual(unpacked);
      const files = directory({ 'x.tar.z': file(packed.subarray(0, -9)) });
      await expect(lastLayer('ADD x.tar.z /u/', files)).rejects.toThrow(
        `cannot unpack an archive: x.tar.z is not valid ${program} data`,
      );
    },
  );
});
