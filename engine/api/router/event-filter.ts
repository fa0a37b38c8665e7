import { matchesLabels, matchesPattern } from '../../container/filters.ts';
import type { EngineEvent } from '../../events/event-log.ts';
import type { Filters } from '../types.ts';

/** Whether `docker events --filter` lets an event through (moby, daemon/events/filter.go). */
export function eventMatcher(filters: Filters): (event: EngineEvent) => boolean {
  const named =
    (filter: string, type: EngineEvent['Type']) =>
    ({ Type, Actor }: EngineEvent): boolean => {
      const wanted = filters[filter];
      if (!wanted?.length) return true;
      return Type === type && matchesPattern(wanted, Actor.ID, Actor.Attributes.name ?? '');
    };
  const tests: readonly ((event: EngineEvent) => boolean)[] = [
    ({ Action }) => anyOf(filters.event, Action, Action.split(':')[0] ?? Action),
    ({ Type }) => anyOf(filters.type, Type),
    ({ scope }) => anyOf(filters.scope, scope),
    ({ Actor }) => matchesLabels(filters.label ?? [], Actor.Attributes),
    named('container', 'container'),
    named('volume', 'volume'),
    named('network', 'network'),
    named('daemon', 'daemon'),
    matchesImage,
  ];
  return (event) => tests.every((test) => test(event));

  function matchesImage({ Type, Actor }: EngineEvent): boolean {
    const wanted = filters.image;
    if (!wanted?.length) return true;
    // Containers' events match by the image they name, images' by their own ID or name, with or without a tag.
    const name = (Type === 'image' ? Actor.Attributes.name : Actor.Attributes.image) ?? '';
    const id = Type === 'image' ? Actor.ID : name;
    return matchesPattern(wanted, id, name, name.replace(/:[^/:]*$/, ''));
  }
}

const anyOf = (wanted: readonly string[] | undefined, ...candidates: readonly string[]): boolean =>
  !wanted?.length || candidates.some((candidate) => wanted.includes(candidate));
