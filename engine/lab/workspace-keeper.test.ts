import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryFileSystem } from '../files/memory-file-system.ts';
import { keepWorkspace } from './workspace-keeper.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (files: MemoryFileSystem, path: string) => new TextDecoder().decode(files.read(path));

describe('keepWorkspace', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function workspace(): MemoryFileSystem {
    const files = new MemoryFileSystem();
    files.write('/Dockerfile', bytes('FROM alpine\n'));
    files.write('/app', bytes('#!/bin/sh\n'), 0o755);
    return files;
  }

  it('brings back everything after all of it was deleted', () => {
    const files = workspace();
    const keeper = keepWorkspace(files);
    files.write('/src/note.txt', bytes('mine\n'));
    vi.advanceTimersByTime(5000);
    for (const path of ['/app', '/src', '/Dockerfile']) files.remove(path);
    vi.advanceTimersByTime(5000);
    keeper.restore();
    expect(textOf(files, '/src/note.txt')).toBe('mine\n');
    expect(textOf(files, '/Dockerfile')).toBe('FROM alpine\n');
    expect(files.stat('/app').mode & 0o777).toBe(0o755);
    keeper.stop();
  });

  it('leaves a workspace with anything in it alone', () => {
    const files = workspace();
    const keeper = keepWorkspace(files);
    files.remove('/app');
    keeper.restore();
    expect(files.exists('/app')).toBe(false);
    keeper.stop();
  });

  it('does not take what is being deleted for what is wanted', () => {
    const files = workspace();
    const keeper = keepWorkspace(files);
    files.remove('/app');
    vi.advanceTimersByTime(100);
    files.remove('/Dockerfile');
    vi.advanceTimersByTime(5000);
    keeper.restore();
    expect(files.exists('/app')).toBe(true);
    keeper.stop();
  });
});
