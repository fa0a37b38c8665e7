import { type LabOptions, labHost } from './lab-host.ts';

declare global {
  /** Put before this program by app/engine/boot-script.ts. */
  var __drydockLab: LabOptions & {
    /** URLs that the worker will ask for: asked for now, they are in the browser's cache by then. */
    readonly soon: readonly string[];
  };
}

/*
 * Runs inside the lesson page's HTML, before any of the page's own scripts: the machine is fetched and resumed while
 * React is still on its way. Whoever comes later finds it in window.__drydockHost.
 */
const { soon, ...options } = globalThis.__drydockLab;
labHost(options)
  .start()
  .catch(() => {
    // The player asks again, and says why it failed.
  });
for (const url of soon) {
  fetch(url)
    .then((response) => response.body?.pipeTo(new WritableStream()))
    .catch(() => {
      // The worker asks again, and says why it failed.
    });
}
