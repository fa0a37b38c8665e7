import type { EndpointSettings } from '../types.ts';
import { checkFields } from './body.ts';

const ENDPOINT_FIELDS = {
  IPAMConfig: 'struct',
  Links: '[]string',
  Aliases: '[]string',
  MacAddress: 'string',
  DriverOpts: 'map[string]string',
  GwPriority: 'int64',
} as const;
const ENDPOINT_IPAM_FIELDS = { IPv4Address: 'string', IPv6Address: 'string', LinkLocalIPs: '[]string' } as const;

type Fields = Readonly<Record<string, unknown>>;

/** Throws HttpError for fields of the wrong type. */
export function endpointSettings(value: unknown): EndpointSettings {
  const fields = (value ?? {}) as Fields;
  checkFields(fields, ENDPOINT_FIELDS, 'EndpointSettings');
  checkFields((fields.IPAMConfig ?? {}) as Fields, ENDPOINT_IPAM_FIELDS, 'EndpointIPAMConfig');
  return fields as EndpointSettings;
}
