import { FlagValueError } from '../flags/values.ts';
import { mountFlag } from './mount-flags.ts';
import { throttle, ulimit } from './resource-flags.ts';

/**
 * What Docker's client looks at while it reads the flags, before anything else: these errors come with the usage.
 * Every check throws FlagValueError.
 */
export const checks = {
  attach(text: string): void {
    if (!['stdin', 'stdout', 'stderr'].includes(text.toLowerCase())) {
      throw new FlagValueError('valid streams are STDIN, STDOUT and STDERR');
    }
  },
  environment(text: string): void {
    if (text === '' || text.startsWith('=')) throw new FlagValueError(`invalid environment variable: ${text}`);
  },
  host(text: string): void {
    if (!/^[^:=]+[:=].+$/.test(text)) throw new FlagValueError(`bad format for add-host: ${JSON.stringify(text)}`);
  },
  address(text: string): void {
    if (!/^(\d{1,3}(\.\d{1,3}){3}|[\da-fA-F:.]*:[\da-fA-F:.]*)$/.test(text)) {
      throw new FlagValueError(`IP address is not correctly formatted: ${text}`);
    }
  },
  network(text: string): void {
    const name = text.includes('=') ? /(?:^|,)name=([^,]*)/.exec(text)?.[1] : text;
    if (!name) throw new FlagValueError('network name/id is not specified');
  },
  ulimit(text: string): void {
    ulimit(text);
  },
  mount(text: string): void {
    mountFlag((path) => path, text);
  },
  bytesRate(text: string): void {
    throttle(text, 'bytes');
  },
  operationsRate(text: string): void {
    throttle(text, 'operations');
  },
} as const;
