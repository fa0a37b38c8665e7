import { type LabOptions, labHost } from './lab-host.ts';

declare global {
  /** Put before this program by app/engine/boot-script.ts. */
  var __drydockLab: LabOptions;
}

/*
 * Runs inside the lesson page's HTML, before any of the page's own scripts: the machine is fetched and resumed while
 * React is still on its way. Whoever comes later finds it in window.__drydockHost.
 */
labHost(globalThis.__drydockLab)
  .start()
  .catch(() => {
    // The player asks again, and says why it failed.
  });
