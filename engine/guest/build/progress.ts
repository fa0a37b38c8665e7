/** Says what is being done and, while it takes long, for how many seconds. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const terminal = process.stdout.isTTY === true;
  process.stdout.write(`  ${title} ...${terminal ? '' : '\n'}`);
  const timer = setInterval(
    () => process.stdout.write(terminal ? `\r  ${title} ... ${seconds()}` : `  ${title} ... ${seconds()}\n`),
    terminal ? 1000 : 30_000,
  );
  timer.unref();
  try {
    const result = await work();
    process.stdout.write(`${terminal ? '\r' : ''}  ${title} ... done in ${seconds()}\n`);
    return result;
  } catch (error) {
    process.stdout.write(`${terminal ? '\r' : ''}  ${title} ... failed after ${seconds()}\n`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

export function done(title: string): void {
  process.stdout.write(`  ${title} ... cached\n`);
}
