/** An IPv4 block. `base` is its first address as an unsigned 32-bit number, with no bit set behind the prefix. */
export interface Block {
  readonly base: number;
  /** 0 to 32. */
  readonly bits: number;
}

/** Dotted decimal, without leading zeros, to an unsigned 32-bit number. Undefined for anything else. */
export function parseAddress(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  let address = 0;
  for (const part of match.slice(1)) {
    if (Number(part) > 255 || (part.length > 1 && part.startsWith('0'))) return undefined;
    address = address * 256 + Number(part);
  }
  return address;
}

export const formatAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');

/** An address and the length of its prefix, as in `172.17.0.1/16`. Undefined for anything else. */
export function parseCidr(text: string): { readonly address: number; readonly bits: number } | undefined {
  const [address, bits, ...more] = text.split('/');
  const parsed = parseAddress(address ?? '');
  if (parsed === undefined || more.length > 0 || !/^(\d|[12]\d|3[0-2])$/.test(bits ?? '')) return undefined;
  return { address: parsed, bits: Number(bits) };
}

/** How many addresses it has. */
export const blockSize = ({ bits }: Block): number => 2 ** (32 - bits);

export function blockOf(address: number, bits: number): Block {
  const size = 2 ** (32 - bits);
  return { base: Math.floor(address / size) * size, bits };
}

/** The block that `172.17.0.0/16` names; bits behind the prefix are dropped. */
export function parseBlock(text: string): Block | undefined {
  const cidr = parseCidr(text);
  return cidr && blockOf(cidr.address, cidr.bits);
}

export const formatBlock = ({ base, bits }: Block): string => `${formatAddress(base)}/${bits}`;

export const contains = (block: Block, address: number): boolean =>
  address >= block.base && address < block.base + blockSize(block);

export const overlaps = (one: Block, other: Block): boolean => contains(one, other.base) || contains(other, one.base);

/** The hardware address that Docker makes of an IPv4 address: `02:42`, then its bytes. */
export function macOf(address: number): string {
  const bytes = [2, 0x42, ...[24, 16, 8, 0].map((shift) => (address >>> shift) & 255)];
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Six bytes in hexadecimal between colons or dashes, written with colons in lower case. Undefined for anything else. */
export function parseMac(text: string): string | undefined {
  return /^[\da-f]{2}([:-][\da-f]{2}){5}$/i.test(text) ? text.toLowerCase().replaceAll('-', ':') : undefined;
}

export const isIpv6 = (text: string): boolean => /^[\da-f.:]*:[\da-f.:]*$/i.test(text);
