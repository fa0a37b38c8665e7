import { existsSync } from 'node:fs';
import { siteServer } from './site-server.ts';

const SITE = 'out';

if (!existsSync(SITE)) {
  console.error('Drydock: the site has not been built. Run: npm run build');
  process.exit(1);
}
const port = Number(process.env.PORT ?? 3000);
const server = siteServer(SITE);
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
