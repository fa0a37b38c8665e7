import { debianPackages, GUEST_TOOLS } from './debian-packages.mjs';
import { checkNode } from './node-version.mjs';
import { npmPackages } from './npm-packages.mjs';
import { run, step } from './run.mjs';

/** Brings everything but the site itself: npm and Debian packages, the guest, the base images. */
export async function prepare(debian = GUEST_TOOLS) {
  checkNode();
  await npmPackages();
  await debianPackages(debian);
  await step('guest', () => run('npm', ['run', '--silent', 'guest']));
  await step('base images', () => run('npm', ['run', '--silent', 'images']));
}
