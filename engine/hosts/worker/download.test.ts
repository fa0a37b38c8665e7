import { describe, expect, it } from 'vitest';
import { downloadBy } from './download.ts';

const refused = () => Promise.reject(new TypeError('Failed to fetch'));
const browser = { fetch: refused, pageProtocol: 'https:', online: true };
const message = (read: Promise<unknown>) =>
  read.then(
    () => 'read',
    (error: Error) => error.message,
  );

describe('a URL in a browser', () => {
  it('reads what the site lets it, and has the browser ask whether it changed', async () => {
    const asked: RequestInit[] = [];
    const fetch = async (_: unknown, init?: RequestInit) => {
      asked.push(init ?? {});
      return new Response('x');
    };
    const download = downloadBy({ ...browser, fetch: fetch as typeof globalThis.fetch });
    const response = await download('https://example.com/f', { headers: { 'If-None-Match': '"1"' } });
    expect(await response.text()).toBe('x');
    expect(asked).toEqual([{ cache: 'no-cache', credentials: 'omit', referrerPolicy: 'no-referrer' }]);
  });

  it('says why not', async () => {
    const download = downloadBy(browser);
    expect(await message(download('https://example.com/f', { headers: {} }))).toBe(
      `either example.com cannot be reached, or it does not allow pages of other sites to read its files (CORS); browsers do not tell which`,
    );
    expect(await message(download('http://example.com/f', { headers: {} }))).toBe(
      `this page came over https, and browsers let such a page read nothing over http (mixed content)`,
    );
    expect(await message(download('http://localhost:8080/f', { headers: {} }))).toMatch(
      /^either localhost:8080 cannot/,
    );
    expect(await message(downloadBy({ ...browser, online: false })('https://example.com/', { headers: {} }))).toBe(
      `this computer is offline`,
    );
  });

  it('passes on that it was called off', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    expect(await message(downloadBy(browser)('https://example.com/f', { headers: {}, signal }))).toBe('enough');
  });
});
