import { beforeEach, describe, expect, test } from 'vitest';
import { lookup } from '../files/tree.ts';
import { sha256 } from '../image/digest.ts';
import { isGitUrl } from './download.ts';
import { type TestBuilder, testBuilder, tree } from './testing/environment.ts';

const context = tree({ app: 'a' });
const URL_TEXT = 'https://example.com/dir/tool%20one.txt';

interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

let builder: TestBuilder;
let asked: Asked[];
let answer: (asked: Asked) => Response;

beforeEach(async () => {
  asked = [];
  answer = () => new Response('body', { headers: { etag: '"1"', 'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT' } });
  builder = await testBuilder(undefined, {
    fetch: async (url, { headers = {} }) => {
      asked.push({ url, headers });
      return answer({ url, headers });
    },
  });
  await builder.addImage('alpine', tree({ 'bin/sh': 'x' }));
});

const add = async (line = `ADD ${URL_TEXT} /in/`, more: object = {}) => {
  const { image } = await builder.build({ context, dockerfile: `FROM alpine\n${line}\n`, ...more });
  return builder.images.rootfs(image.layers);
};
const textOf = (root: Awaited<ReturnType<typeof add>>, path: string) => {
  const node = lookup(root, path);
  return node?.kind === 'file' ? new TextDecoder().decode(node.data) : undefined;
};

describe('ADD of a URL', () => {
  test('makes a file of mode 0600 with the time that the server says', async () => {
    const node = lookup(await add(), '/in/tool one.txt');
    expect(node).toMatchObject({ kind: 'file', mode: 0o600, uid: 0, gid: 0, mtime: 1_445_412_480 });
  });

  test('asks whether the file has changed, and downloads it no more if it has not', async () => {
    await add();
    answer = ({ headers }) =>
      headers['If-None-Match'] === '"1"' ? new Response(null, { status: 304 }) : new Response('?');
    expect(textOf(await add(), '/in/tool one.txt')).toBe('body');
    expect(builder.vertex(/ADD/).cached).toBe(true);
    expect(asked.map(({ headers }) => headers)).toEqual([{}, { 'If-None-Match': '"1"' }]);
  });

  test('goes by Last-Modified where there is no ETag', async () => {
    const modified = 'Wed, 21 Oct 2015 07:28:00 GMT';
    answer = () => new Response('body', { headers: { 'last-modified': modified } });
    await add();
    await add();
    expect(asked[1]?.headers).toEqual({ 'If-Modified-Since': modified });
    // The same bytes came again, so nothing changed.
    expect(builder.vertex(/ADD/).cached).toBe(true);
  });

  test('downloads it again when a layer is to be made of it', async () => {
    await add();
    answer = ({ headers }) => (headers['If-None-Match'] ? new Response(null, { status: 304 }) : new Response('body'));
    expect(textOf(await add(`ADD ${URL_TEXT} /elsewhere/`), '/elsewhere/tool one.txt')).toBe('body');
    expect(asked).toHaveLength(3);
    answer = ({ headers }) => (headers['If-None-Match'] ? new Response(null, { status: 304 }) : new Response('other'));
    await expect(add(`ADD ${URL_TEXT} /third/`)).rejects.toThrow(/^digest mismatch sha256:.* of https:/);
  });

  test('with --no-cache it asks for nothing less than the file', async () => {
    await add();
    await add(undefined, { noCache: true });
    expect(asked[1]?.headers).toEqual({});
  });

  test('--checksum: what is right needs no second look, what is wrong fails', async () => {
    const digest = await sha256(new TextEncoder().encode('body'));
    await add(`ADD --checksum=${digest} ${URL_TEXT} /in/`);
    await add(`ADD --checksum=${digest} ${URL_TEXT} /in/`);
    expect(asked).toHaveLength(1);
    const wrong = `sha256:${'0'.repeat(64)}`;
    await expect(add(`ADD --checksum=${wrong} ${URL_TEXT} /in/`)).rejects.toThrow(
      `digest mismatch ${digest}: ${wrong} of ${URL_TEXT}`,
    );
    await expect(add(`ADD --checksum=md5:x ${URL_TEXT} /in/`)).rejects.toThrow('invalid checksum digest format');
  });

  test('takes the name that the server gives, or one for none', async () => {
    answer = () => new Response('body', { headers: { 'content-disposition': 'attachment; filename="../named.txt"' } });
    expect(textOf(await add(), '/in/named.txt')).toBe('body');
    answer = () => new Response('body');
    expect(textOf(await add('ADD https://example.org/ /in/'), '/in/__unnamed__')).toBe('body');
  });

  test('says why it cannot be had', async () => {
    answer = () => new Response('no', { status: 404 });
    const error = await add().catch((reason) => reason);
    expect(error.message).toBe(`failed to load cache key: ${URL_TEXT}: invalid response status 404`);
    expect(error.excerpt).toContain('>>> ADD https');
    answer = () => {
      throw new TypeError('no way there');
    };
    await expect(add()).rejects.toThrow(
      `failed to load cache key: ${URL_TEXT}: no way there. Download the file yourself, put it beside the Dockerfile and COPY it`,
    );
    await expect(add(`COPY ${URL_TEXT} /x`)).rejects.toThrow("source can't be a URL for COPY");
  });
});

describe('ADD of a Git repository', () => {
  test.each([
    'git@github.com:moby/buildkit.git',
    'https://github.com/moby/buildkit.git#v1:docs',
    'git://example.com/x',
    'ssh://git@example.com/x',
    'github.com/moby/buildkit',
  ])('%s cannot be cloned, and the error says what to do', async (url) => {
    const error = await add(`ADD ${url} /src`).catch((reason) => reason);
    expect(error.message).toBe(
      `cannot clone ${url}: there is no Git here, and no network that would reach the repository; clone it beside the Dockerfile and COPY the folder`,
    );
  });

  test.each(['https://example.com/x.git.txt', 'https://example.com/x', 'git', 'a.git', './git@x'])(
    '%s is none',
    (text) => {
      expect(isGitUrl(text)).toBe(false);
    },
  );
});
