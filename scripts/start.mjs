// Everything a newcomer needs, in one command: sets up what is missing, builds the site and serves it.
// Plain JavaScript without packages, since it is what installs them.
import { prepare } from './setup/prepare.mjs';
import { main, run, step } from './setup/run.mjs';

await main(async () => {
  await prepare();
  await step('site', () => run('npm', ['run', '--silent', 'build']));
  await run(process.execPath, ['--import', 'tsx', 'scripts/serve.ts']);
});
