import { ndjsonLines } from '../../api/client/ndjson.ts';
import type { EventMessage } from '../../api/types.ts';
import { defineCommand } from '../command.ts';
import { flag } from '../flags/flag.ts';
import { rfc3339Nano } from '../format/quantity.ts';
import { formatTemplate } from '../format/single.ts';
import { toFilters } from '../options/filters.ts';
import { FORMAT_USAGE } from '../options/format-usage.ts';
import { timestamp } from '../timestamps.ts';

export const events = defineCommand({
  summary: 'Get real time events from the server',
  aliases: 'docker system events, docker events',
  arity: { min: 0, max: 0 },
  flags: [
    flag('filter', 'filter', 'Filter output based on conditions provided', 'f'),
    flag('format', 'string', FORMAT_USAGE),
    flag('since', 'string', 'Show all events created since timestamp'),
    flag('until', 'string', 'Stream events until this timestamp'),
  ],
  async run({ client, out, interrupted }, { flags }) {
    const { since, until, format } = flags;
    const template = format && format !== 'json' && format !== '{{json .}}' ? formatTemplate(format) : undefined;
    const stream = await client.system.eventBytes({
      since: since ? timestamp(since) : undefined,
      until: until ? timestamp(until) : undefined,
      filters: toFilters(flags.filter),
      signal: interrupted,
    });
    for await (const line of ndjsonLines(stream)) {
      if (format && !template) await out.line(line);
      else {
        const event = JSON.parse(line) as EventMessage;
        // A double has too few digits for this one.
        const nanoseconds = /"timeNano":(\d+)/.exec(line)?.[1] ?? String(event.timeNano);
        await out.line(template ? template(fields(event, nanoseconds)) : eventLine(event, nanoseconds));
      }
    }
    return 0;
  },
});

/** What templates may name, with the fields that Docker keeps for old scripts. */
function fields(event: EventMessage, nanoseconds: string): object {
  const { Type, Action, Actor, scope = '', time } = event;
  const { status = '', id = '', from = '' } = event;
  return { Type, Action, Actor, Scope: scope, Time: time, TimeNano: nanoseconds, Status: status, ID: id, From: from };
}

/** `2026-11-23T05:03:55.543868475Z container start ID (image=alpine, name=web)` */
function eventLine({ Type, Action, Actor }: EventMessage, nanoseconds: string): string {
  const attributes = Object.entries(Actor.Attributes ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  const tail = attributes.length > 0 ? ` (${attributes.join(', ')})` : '';
  return `${rfc3339Nano(nanoseconds)} ${Type} ${Action} ${Actor.ID}${tail}`;
}
