// Prints the figures of the README, measured here and now, beside those of native peers in the same run.
// usage: npm run bench [-- SECTION...]     a section is named as below, or by what comes before its slash
import { cpus } from 'node:os';
import { benchBrowser } from './browser.ts';
import { benchEngines } from './engines.ts';
import { printTable, type Row } from './figures.ts';
import { benchBuilds } from './images/builds.ts';
import { benchGrowth } from './images/growth.ts';
import { benchLayers } from './images/layers.ts';
import { benchPull } from './images/pull.ts';
import { benchSecondContainer } from './images/second-container.ts';

const SECTIONS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  engine: benchEngines,
  'images/layers': benchLayers,
  'images/builds': benchBuilds,
  'images/pull': benchPull,
  'images/second-container': benchSecondContainer,
  'images/growth': benchGrowth,
  browser: benchBrowser,
};

const wanted = process.argv.slice(2);
const chosen = Object.entries(SECTIONS).filter(
  ([name]) => wanted.length === 0 || wanted.some((word) => name === word || name.startsWith(`${word}/`)),
);
if (chosen.length === 0) {
  console.error(`no such section: ${wanted.join(' ')}. There are: ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(1);
}
// What was started ends with this program, so an interruption must be an end like any other.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
console.log(
  `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}; medians (least-most)`,
);
for (const [name, bench] of chosen) printTable(name, await bench());
