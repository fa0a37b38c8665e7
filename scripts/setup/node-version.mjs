import { SetupError } from './run.mjs';

/** @throws SetupError if this Node is older than package.json's `engines` asks for. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 9)) {
    throw new SetupError(`Node 20.9 or newer is needed; this is ${process.versions.node}`);
  }
}
