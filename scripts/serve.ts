import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import sirv from 'sirv';

const SITE = 'out';
/** Named by their content, so a browser may keep them for ever. */
const IMMUTABLE = /^\/(_next\/static|guest|engine|monaco)\/.*[-.][0-9a-zA-Z_-]{8,}\.|\/blobs\/sha256:/;

if (!existsSync(SITE)) {
  console.error('Drydock: the site has not been built. Run: npm run build');
  process.exit(1);
}
const port = Number(process.env.PORT ?? 3000);
const files = sirv(SITE, {
  etag: true,
  gzip: true,
  brotli: true,
  setHeaders(response, pathname) {
    response.setHeader('Cache-Control', IMMUTABLE.test(pathname) ? 'public, max-age=31536000, immutable' : 'no-cache');
  },
});
const notFound = (response: import('node:http').ServerResponse) => {
  response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end('404 page not found\n');
};
const server = createServer((request, response) => files(request, response, () => notFound(response)));
server.on('error', (error: NodeJS.ErrnoException) => {
  console.error(
    error.code === 'EADDRINUSE'
      ? `Drydock: port ${port} is in use. Choose another: PORT=${port + 1} npm start`
      : `Drydock: cannot serve: ${error.message}`,
  );
  process.exit(1);
});
server.listen(port, '127.0.0.1', () => console.log(`\nDrydock is ready: http://127.0.0.1:${port}`));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
