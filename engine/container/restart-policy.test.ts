import { describe, expect, it } from 'vitest';
import { type EndOfRun, restartDelay, startsWithEngine } from './restart-policy.ts';

const end: EndOfRun = { exitCode: 1, lasted: 50, restarts: 0, lastDelay: 0, manuallyStopped: false };
const always = { Name: 'always', MaximumRetryCount: 0 } as const;

describe('restartDelay', () => {
  it('backs off, and begins anew after a good run', () => {
    expect(restartDelay(always, end)).toBe(100);
    expect(restartDelay(always, { ...end, lastDelay: 100 })).toBe(200);
    expect(restartDelay(always, { ...end, lastDelay: 51_200 })).toBe(60_000);
    expect(restartDelay(always, { ...end, lastDelay: 51_200, lasted: 10_000 })).toBe(100);
  });

  it('follows the policy', () => {
    expect(restartDelay({ Name: 'no', MaximumRetryCount: 0 }, end)).toBeUndefined();
    expect(restartDelay({ Name: 'on-failure', MaximumRetryCount: 0 }, { ...end, exitCode: 0 })).toBeUndefined();
    expect(restartDelay({ Name: 'on-failure', MaximumRetryCount: 2 }, { ...end, restarts: 1 })).toBe(100);
    expect(restartDelay({ Name: 'on-failure', MaximumRetryCount: 2 }, { ...end, restarts: 2 })).toBeUndefined();
    expect(restartDelay(always, { ...end, manuallyStopped: true })).toBeUndefined();
  });

  it('starts with the engine what was not stopped, and always what is always', () => {
    expect(startsWithEngine(always, true)).toBe(true);
    expect(startsWithEngine({ Name: 'unless-stopped', MaximumRetryCount: 0 }, true)).toBe(false);
    expect(startsWithEngine({ Name: 'unless-stopped', MaximumRetryCount: 0 }, false)).toBe(true);
    expect(startsWithEngine({ Name: 'on-failure', MaximumRetryCount: 0 }, false)).toBe(false);
  });
});
