import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { CHROMIUM } from '../chromium.ts';
import { siteServer } from '../site-server.ts';
import { median, type Row, spread } from './figures.ts';

const RUNS = 5;
const IDLE_SECONDS = 20;
const LESSON = '/lessons/images-and-containers';
const MEGABYTE = 1e6;

/** What a visitor's browser has to do and to fetch, in Chromium on loopback. */
export async function benchBrowser(): Promise<readonly Row[]> {
  const server = siteServer('out');
  let sent = 0;
  server.on('connection', (socket) =>
    socket.on('close', () => {
      sent += socket.bytesWritten;
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const first: number[] = [];
  const second: number[] = [];
  const bytes: number[] = [];
  let idle = Number.NaN;
  let memory = Number.NaN;
  try {
    for (let run = 0; run < RUNS; run += 1) {
      const context = await launch();
      sent = 0;
      const page = await context.newPage();
      first.push(await promptAfter(page, origin));
      server.closeIdleConnections();
      await page.waitForTimeout(200);
      bytes.push(sent);
      await page.close();
      const again = await context.newPage();
      second.push(await promptAfter(again, origin));
      if (run === RUNS - 1) ({ idle, memory } = await settled(context, again));
      await context.close();
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const script = scriptBytes();
  return [
    {
      what: 'Chromium, first visit: navigation to prompt, ms',
      measured: spread(first),
      reach: '<= 2000',
      met: median(first) <= 2000,
    },
    { what: 'Chromium, second visit, ms', measured: spread(second), reach: '<= 1000', met: median(second) <= 1000 },
    {
      what: 'bytes for the first visit, MB',
      measured: spread(
        bytes.map((count) => count / MEGABYTE),
        2,
      ),
      reach: '<= 8',
      met: median(bytes) <= 8 * MEGABYTE,
    },
    {
      what: 'JavaScript before the lesson can be read, kB gzip',
      measured: (script / 1000).toFixed(0),
      reach: '<= 200',
      met: script <= 200_000,
    },
    {
      what: `idle tab, one sleeping container, % of a core over ${IDLE_SECONDS} s`,
      measured: idle.toFixed(1),
      reach: '<= 8',
      met: idle <= 8,
    },
    {
      what: 'memory of that tab (proportional set size), MB',
      measured: memory.toFixed(0),
      reach: '<= 400',
      met: memory <= 400,
    },
  ];
}

const launch = (): Promise<BrowserContext> =>
  chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), 'drydock-bench-profile-')), {
    ...CHROMIUM,
    viewport: { width: 1440, height: 900 },
  });

/** Milliseconds from the start of the navigation to the shell's first prompt, on the page's own clock. */
async function promptAfter(page: Page, origin: string): Promise<number> {
  await page.goto(`${origin}${LESSON}`, { waitUntil: 'commit' });
  const now = await page.waitForFunction(
    () => {
      const text: string = (globalThis as { __drydock?: { terminalText(): string } }).__drydock?.terminalText() ?? '';
      return /\$\s*$/.test(text) && performance.now();
    },
    undefined,
    { timeout: 60_000 },
  );
  return Number(await now.jsonValue());
}

/** Share of a core and memory of the tab's own process once a sleeping container runs and nothing else happens. */
async function settled(context: BrowserContext, page: Page): Promise<{ idle: number; memory: number }> {
  await page.getByRole('region', { name: 'Terminal' }).click();
  await page.keyboard.type('docker run -d --network none alpine sleep 100000\n');
  await page.getByRole('region', { name: 'X-ray' }).getByText('running').first().waitFor();
  await page.waitForTimeout(3000);
  const session = await context.browser()?.newBrowserCDPSession();
  const target = session ?? (await context.newCDPSession(page));
  const { processInfo } = await target.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').sort((a, b) => b.cpuTime - a.cpuTime);
  const pid = renderers[0]?.id;
  if (pid === undefined) throw new Error('Chromium shows no renderer process');
  const before = cpuSeconds(pid);
  await page.waitForTimeout(IDLE_SECONDS * 1000);
  return { idle: ((cpuSeconds(pid) - before) / IDLE_SECONDS) * 100, memory: proportionalBytes(pid) / MEGABYTE };
}

/** User and system time of a process (proc(5), /proc/PID/stat fields 14 and 15, in ticks of 10 ms). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function proportionalBytes(pid: number): number {
  const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return Number(match?.[1]) * 1024;
}

/** Scripts that the lesson's HTML asks for, as compressed by the build; without those for browsers that know no modules. */
function scriptBytes(): number {
  const html = readFileSync(`out${LESSON}/index.html`, 'utf8');
  const scripts = new Set([...html.matchAll(/<script src="([^"]+)" async/g)].map(([, source]) => source ?? ''));
  return [...scripts].reduce((sum, source) => {
    // The smallest are sent as they are.
    const [sent] = [`out${source}.gz`, `out${source}`].filter(existsSync);
    return sum + readFileSync(sent ?? source).length;
  }, 0);
}
