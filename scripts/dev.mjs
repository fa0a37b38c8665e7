// The site with hot reload, and the engine's worker rebuilt as its sources change.
import { prepare } from './setup/prepare.mjs';
import { main, run } from './setup/run.mjs';

await main(async () => {
  await prepare();
  await run(process.execPath, ['--import', 'tsx', 'scripts/dev-server.ts']);
});
