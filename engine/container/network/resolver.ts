import type { NameQuestion } from '../../machine/network.ts';
import type { Container } from '../container.ts';
import type { Context } from '../context.ts';
import { parseAddress } from './address.ts';
import { type Answer, parseQuestion, type Question, recordType, response, responseCode } from './dns-message.ts';
import { endpointNames } from './enter.ts';
import { isUserDefined, type NetworkRecord } from './network-record.ts';

const REVERSE = '.in-addr.arpa';

/** Answers what a container asks the name server at 127.0.0.11, from where its networks' containers are now. */
export function answerQuestion(context: Context, asked: NameQuestion): void {
  const container = context.containers.get(asked.containerId);
  const question = parseQuestion(asked.message);
  // What is no question gets no answer, and one of a container that has just gone needs none.
  if (!container || !question) return;
  const answers = resolve(context, container, question);
  if (answers) {
    asked.answer(response(asked.message, responseCode.noError, answers));
    return;
  }
  const servers = (container.record.host.Dns ?? []).filter((server) => parseAddress(server) !== undefined);
  if (servers.length > 0 && container.sandbox?.way) asked.forward(servers);
  // Nothing lies behind the lab: a name that is not here does not exist.
  else asked.answer(response(asked.message, responseCode.nameError, []));
}

/** Undefined if the name is none of ours. */
function resolve(context: Context, container: Container, { name, type }: Question): readonly Answer[] | undefined {
  if (type === recordType.ptr) return reverse(context, container, name);
  const addresses = lookUp(context, container, name);
  if (addresses === undefined) return undefined;
  // That there is no IPv6 address does not mean that there is no such name.
  if (type !== recordType.a) return [];
  return shuffled(addresses).map((address) => ({ type: 'address', address: bytesOf(address) }));
}

/**
 * Addresses by name on the networks that a container is on: a container's name, short ID, hostname or alias, by itself or
 * followed by the network's name. Undefined if nobody has it.
 */
export function lookUp(context: Context, container: Container, name: string): readonly string[] | undefined {
  const wanted = name.toLowerCase();
  const found: string[] = [];
  for (const network of namedNetworks(container)) {
    const suffix = `.${network.name.toLowerCase()}`;
    const short = wanted.endsWith(suffix) ? wanted.slice(0, -suffix.length) : wanted;
    for (const each of new Set([wanted, short])) {
      const target = linked(container, network, each) ?? each;
      for (const endpoint of context.networks.endpointsOn(network.id)) {
        const owner = context.containers.get(endpoint.containerId);
        if (!owner || !endpointNames(owner, network).some((other) => other.toLowerCase() === target)) continue;
        found.push(endpoint.address);
      }
    }
  }
  return found.length > 0 ? [...new Set(found)] : undefined;
}

/** Containers that share an alias are asked in turns, by chance. */
function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

/** Names come from networks of the user's only. */
function namedNetworks({ sandbox }: Container): readonly NetworkRecord[] {
  return (sandbox?.attachments ?? []).map(({ network }) => network).filter(isUserDefined);
}

/** What a name stands for by `--link name:alias`, for this container alone. */
function linked({ record }: Container, network: NetworkRecord, name: string): string | undefined {
  for (const link of record.endpoints[network.name]?.Links ?? []) {
    const [target = '', alias = target] = link.split(':');
    if (alias.toLowerCase() === name) return target.toLowerCase();
  }
  return undefined;
}

function reverse(context: Context, container: Container, name: string): readonly Answer[] | undefined {
  if (!name.endsWith(REVERSE)) return undefined;
  const wanted = name.slice(0, -REVERSE.length).split('.').reverse().join('.');
  for (const network of namedNetworks(container)) {
    const endpoint = context.networks.endpointsOn(network.id).find(({ address }) => address === wanted);
    const owner = context.containers.get(endpoint?.containerId ?? '');
    const [first] = owner ? endpointNames(owner, network) : [];
    if (first !== undefined) return [{ type: 'name', name: `${first}.${network.name}` }];
  }
  return undefined;
}

function bytesOf(address: string): [number, number, number, number] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return [a, b, c, d];
}
