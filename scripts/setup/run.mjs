import { spawn } from 'node:child_process';

/** A set-up step that failed, in words for the person who started it. */
export class SetupError extends Error {
  name = 'SetupError';
}

/** Runs a command with its output shown. Rejects with SetupError if it fails. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    child.on('error', (error) => reject(new SetupError(`cannot run ${command}: ${error.message}`)));
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new SetupError(`${[command, ...args].join(' ')} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** Runs a named step and says how long it took. */
export async function step(name, work) {
  const started = performance.now();
  console.log(`==> ${name}`);
  const result = await work();
  console.log(`    ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

/** Ends the program with a SetupError's message rather than a stack; other errors keep theirs. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof SetupError ? `\nDrydock: ${error.message}` : error);
    process.exit(1);
  }
}
