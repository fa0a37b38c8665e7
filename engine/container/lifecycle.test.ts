import { describe, expect, it } from 'vitest';
import { CREATED, guard, inspectState, type Lifecycle, next } from './lifecycle.ts';

const at = '2026-01-01T00:00:01Z';
const running = next(CREATED, { type: 'started', pid: 7, at });
const exited = next(running, { type: 'exited', exitCode: 3, oomKilled: true, at });

describe('lifecycle', () => {
  it('goes from created over running to exited and back', () => {
    expect(running).toMatchObject({ status: 'running', pid: 7, startedAt: at });
    expect(exited).toMatchObject({ status: 'exited', pid: 0, exitCode: 3, oomKilled: true, finishedAt: at });
    expect(next(exited, { type: 'started', pid: 8, at })).toMatchObject({ exitCode: 0, oomKilled: false, error: '' });
  });

  it('counts a paused container as running', () => {
    const paused = next(running, { type: 'paused' });
    expect(inspectState(paused)).toMatchObject({ Status: 'paused', Running: true, Paused: true, Pid: 7 });
    expect(next(paused, { type: 'unpaused' }).status).toBe('running');
  });

  it('leaves a container that never ran as created when its start fails', () => {
    const failed = next(CREATED, { type: 'start-failed', exitCode: 127, error: 'no' });
    expect(failed).toMatchObject({ status: 'created', exitCode: 127, error: 'no' });
    expect(next(exited, { type: 'start-failed', exitCode: 127, error: 'no' }).status).toBe('exited');
  });

  it('refuses transitions that cannot be', () => {
    expect(() => next(CREATED, { type: 'paused' })).toThrow('cannot become "paused"');
    expect(() => next(running, { type: 'removing' })).toThrow();
  });

  const refusals: [string, () => void, string, string][] = [
    ['start running', () => guard.start(running), 'not-modified', 'Container is already started'],
    ['stop exited', () => guard.stop(exited), 'not-modified', 'Container is already stopped'],
    ['exec exited', () => guard.exec(exited, 'abc'), 'conflict', 'container abc is not running'],
    [
      'remove running',
      () => guard.remove(running, 'abc', 'web', false),
      'conflict',
      'cannot remove container "/web": container is running: stop the container before removing or force remove',
    ],
    [
      'remove paused',
      () => guard.remove({ ...running, status: 'paused' }, 'abc', 'web', false),
      'conflict',
      'cannot remove container "/web": container is paused: unpause and then stop the container before removing or force remove',
    ],
  ];
  it.each(refusals)('refuses: %s', (_, act, code, message) => {
    expect(act).toThrow(expect.objectContaining({ code, message }) as Error);
  });

  it('lets force remove a running container', () => {
    const state: Lifecycle = running;
    expect(() => guard.remove(state, 'abc', 'web', true)).not.toThrow();
  });
});
