import type { Machine } from '../../machine/machine.ts';
import { ndjson } from './ndjson.ts';
import type { LabRoute } from './routes.ts';

/**
 * State and restart of the machine, and what changes in the containers' writable layers as it happens.
 * @param afterRestart puts right what the machine does not hold itself
 */
export function machineRoutes(machine: Machine, afterRestart: () => void): readonly LabRoute[] {
  return [
    {
      method: 'GET',
      path: /^machine$/,
      handle: () => Response.json({ state: machine.state, memory: machine.memory }),
    },
    {
      method: 'POST',
      path: /^machine\/restart$/,
      async handle() {
        await machine.restart();
        afterRestart();
        return new Response(null, { status: 204 });
      },
    },
    {
      method: 'GET',
      path: /^changes$/,
      handle: () => ndjson((send) => machine.onChange(send)),
    },
  ];
}
