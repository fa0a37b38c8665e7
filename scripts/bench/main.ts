// Prints the figures of the README, measured here and now, beside those of the real Docker in the same run.
import { cpus } from 'node:os';
import { benchBrowser } from './browser.ts';
import { benchEngines } from './engines.ts';
import { printTable } from './figures.ts';

const wanted = new Set(process.argv.slice(2));
const asked = (name: string) => wanted.size === 0 || wanted.has(name);

console.log(
  `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}; medians (least-most)`,
);
if (asked('engine')) printTable('engine', await benchEngines());
if (asked('browser')) printTable('browser', await benchBrowser());
