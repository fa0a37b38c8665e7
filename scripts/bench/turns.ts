/** Milliseconds that some work takes. */
export async function elapsed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * Lets contenders run in turns, so that whatever else the machine does meanwhile slows them all alike.
 * @param contenders each gives the milliseconds of one run
 * @param warmUp rounds that are not counted
 */
export async function inTurns<Name extends string>(
  contenders: Readonly<Record<Name, () => Promise<number>>>,
  { runs, warmUp }: { readonly runs: number; readonly warmUp: number },
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const names = Object.keys(contenders) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let run = -warmUp; run < runs; run += 1) {
    for (const name of names) {
      const ms = await contenders[name]();
      if (run >= 0) measured[name].push(ms);
    }
  }
  return measured;
}
