import { createServer, type Server } from 'node:http';
import sirv from 'sirv';
import { registryHeaders } from './registry-headers.ts';

/** Named by their content, so a browser may keep them for ever. */
const IMMUTABLE = /^\/(_next\/static|guest|engine|monaco)\/.*[-.][0-9a-zA-Z_-]{8,}\.|\/blobs\/sha256:/;

/** Serves the built site as any static host would. The caller listens and closes. */
export function siteServer(folder: string): Server {
  const files = sirv(folder, {
    etag: true,
    gzip: true,
    brotli: true,
    setHeaders(response, pathname) {
      response.setHeader(
        'Cache-Control',
        IMMUTABLE.test(pathname) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
      for (const [name, value] of Object.entries(registryHeaders(folder, pathname))) response.setHeader(name, value);
    },
  });
  return createServer((request, response) =>
    files(request, response, () => {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('404 page not found\n');
    }),
  );
}
