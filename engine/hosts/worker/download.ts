import type { Fetch } from '../../builder/request.ts';

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/;

/** What the browser gives a page, and a test its own of. */
export interface Browser {
  readonly fetch: typeof fetch;
  readonly pageProtocol: string;
  readonly online: boolean;
}

/**
 * Reads a URL, as far as browsers let a page read other sites. Whether a file has changed the browser asks
 * by itself: headers of ours that ask so would need the site's leave first.
 */
export function downloadBy(browser: Browser): Fetch {
  return async (url, { signal }) => {
    const { protocol, hostname, host } = new URL(url);
    if (browser.pageProtocol === 'https:' && protocol === 'http:' && !LOOPBACK.test(hostname)) {
      const why = 'this page came over https, and browsers let such a page read nothing over http (mixed content)';
      throw new Error(why);
    }
    try {
      return await browser.fetch(url, {
        cache: 'no-cache',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        ...(signal && { signal }),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      const why = browser.online
        ? `either ${host} cannot be reached, or it does not allow pages of other sites to read its files (CORS); browsers do not tell which`
        : 'this computer is offline';
      throw new Error(why, { cause });
    }
  };
}
