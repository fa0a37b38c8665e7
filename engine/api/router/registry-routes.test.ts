import { expect, it } from 'vitest';
import { noRegistry, testEngine } from '../../container/testing/test-engine.ts';
import { canonicalName } from '../../image/reference.ts';
import type { RouterServices } from './services.ts';

type Registry = RouterServices['registry'];

/** A registry that tells what it was asked. */
async function setUp(more: Partial<Registry> = {}) {
  const asked: string[] = [];
  const base = await testEngine();
  const { images } = base;
  const engine = await testEngine({
    images,
    registry: {
      ...noRegistry,
      pull: async (reference, { onProgress }) => {
        asked.push(`pull ${canonicalName(reference)}`);
        onProgress?.({ status: 'pulled' });
        return images.find('alpine');
      },
      pullAll: async ({ domain, path }) => {
        asked.push(`pull all ${domain}/${path}`);
        return [];
      },
      push: async (reference, { onProgress }) => {
        asked.push(`push ${canonicalName(reference)}`);
        onProgress?.({ progressDetail: {}, aux: { Tag: 'v1', Digest: 'sha256:1', Size: 1 } });
      },
      pushAll: async ({ domain, path }) => {
        asked.push(`push all ${domain}/${path}`);
      },
      ...more,
    },
  });
  return { ...engine, asked };
}

const DIGEST = `sha256:${'a'.repeat(64)}`;

it.each([
  ['/images/create?fromImage=alpine&tag=3', 'pull docker.io/library/alpine:3'],
  ['/images/create?fromImage=localhost:5000/a/b:v1', 'pull localhost:5000/a/b:v1'],
  [`/images/create?fromImage=alpine:3&tag=${DIGEST}`, `pull docker.io/library/alpine@${DIGEST}`],
  ['/images/create?fromImage=alpine', 'pull all docker.io/library/alpine'],
  ['/images/create?fromImage=alpine:', 'pull all docker.io/library/alpine'],
  ['/images/create?fromImage=alpine&tag=3&platform=linux/386', 'pull docker.io/library/alpine:3'],
  ['/images/localhost:5000/a/push?tag=v1', 'push localhost:5000/a:v1'],
  ['/images/localhost:5000/a:v2/push', 'push localhost:5000/a:v2'],
  ['/images/localhost:5000/a/push', 'push all localhost:5000/a'],
  [
    '/images/a/push?tag=v1&platform=%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22386%22%7D',
    'push docker.io/library/a:v1',
  ],
])('POST %s is %s', async (path, wanted) => {
  const { call, asked } = await setUp();
  const response = await call('POST', path);
  await response.text();
  expect([response.status, asked]).toEqual([200, [wanted]]);
});

it('passes on what is not for people', async () => {
  const { call } = await setUp();
  expect(await (await call('POST', '/images/x/push?tag=v1')).json()).toEqual({
    progressDetail: {},
    aux: { Tag: 'v1', Digest: 'sha256:1', Size: 1 },
  });
});

it.each([
  [
    '/images/create?fromImage=UPPER&tag=1',
    'invalid reference format: repository name (library/UPPER) must be lowercase',
  ],
  ['/images/create?fromImage=a&tag=!', 'invalid reference format'],
  [
    '/images/create?fromImage=a&tag=1&platform=foo',
    '"foo": unknown operating system or architecture: invalid argument',
  ],
  [
    '/images/create?fromImage=a&tag=1&platform=linux/arm64',
    'platform linux/arm64 cannot be run here: this engine has linux/386 only',
  ],
  [
    '/images/create?fromImage=a&tag=1&platform=amd64',
    'platform amd64 cannot be run here: this engine has linux/386 only',
  ],
  [`/images/a@${DIGEST}/push`, 'cannot push a digest reference'],
  [
    '/images/a/push?tag=1&platform=%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22arm%22%2C%22variant%22%3A%22v7%22%7D',
    'platform linux/arm/v7 cannot be run here: this engine has linux/386 only',
  ],
  ['/images/a/push?tag=1&platform=%7B', 'invalid platform {: failed to parse platform'],
])('POST %s is refused', async (path, message) => {
  const { json, asked } = await setUp();
  expect(await json(400, 'POST', path)).toEqual({ message });
  expect(asked).toEqual([]);
});

it('inspects, searches and logs in', async () => {
  const inspected = { Descriptor: { mediaType: 'x', digest: DIGEST, size: 1 }, Platforms: [] };
  const entry = (name: string, star_count: number) => ({
    name,
    description: '',
    star_count,
    is_official: name === 'a',
    is_automated: false,
  });
  const { json } = await setUp({
    inspect: async () => inspected,
    search: async () => [entry('a', 1), entry('b', 5)],
    logIn: (address) => {
      if (address !== 'localhost:5000') throw new Error(`no ${address}`);
    },
  });
  expect(await json(200, 'GET', '/distribution/localhost:5000/a/json')).toEqual(inspected);
  const names = async (query: string) =>
    ((await json(200, 'GET', `/images/search?term=x${query}`)) as { name: string }[]).map(({ name }) => name);
  const filter = (value: object) => `&filters=${encodeURIComponent(JSON.stringify(value))}`;
  expect(await names('')).toEqual(['a', 'b']);
  expect(await names('&limit=1')).toEqual(['a']);
  expect(await names(filter({ stars: ['3'] }))).toEqual(['b']);
  expect(await names(filter({ 'is-official': { true: true } }))).toEqual(['a']);
  expect(await json(400, 'GET', '/images/search?term=x&limit=101')).toEqual({
    message: 'limit 101 is outside the range of [1, 100]',
  });
  expect(await json(400, 'GET', `/images/search?term=x${filter({ foo: ['x'] })}`)).toMatchObject({
    message: expect.stringMatching(/invalid filter 'foo'/),
  });
  expect(await json(200, 'POST', '/auth', { serveraddress: 'localhost:5000' })).toMatchObject({
    Status: 'Login Succeeded',
  });
  expect(await json(500, 'POST', '/auth', { serveraddress: 'x' })).toEqual({ message: 'no x' });
});
