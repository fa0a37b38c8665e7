import type { ExecCreateRequest, ExecInspect } from '../api/types.ts';
import { type Attachment, connect } from './attach.ts';
import type { Container } from './container.ts';
import { type Context, findContainer, publish } from './context.ts';
import { parseDetachKeys } from './detach-keys.ts';
import { endedProcess } from './ended-process.ts';
import { ContainerError, invalidParameter, noSuchExec, notRunning } from './errors.ts';
import { ExecInstance } from './exec-instance.ts';
import { randomId } from './ids.ts';
import { guard, isRunning } from './lifecycle.ts';
import { execProcess } from './runtime/runtime-config.ts';
import { execveFailure, startFailure } from './start-failure.ts';
import type { StreamName } from './stdcopy.ts';

/** Exit code of an exec that could not be started and is not a missing program, as dockerd gives it. */
const EXEC_FAILED = 126;

/** How long an ended exec can still be asked about, in microseconds, as in dockerd. */
const REMEMBERED = 5 * 60 * 1_000_000;

/** Prepares a process for a running container; gives its ID. Throws ContainerError. */
export function createExec(context: Context, query: string, request: ExecCreateRequest): string {
  const container = findContainer(context, query);
  if (!request.Cmd?.length) throw invalidParameter('No exec command specified');
  guard.exec(container.record.lifecycle, container.id);
  parseDetachKeys(request.DetachKeys ?? '');
  forgetEnded(context, container);
  const exec = new ExecInstance(randomId(), container.id, request);
  container.execs.set(exec.id, exec);
  context.execs.set(exec.id, exec);
  publish(context, container, `exec_create: ${request.Cmd.join(' ')}`, { execID: exec.id });
  return exec.id;
}

function forgetEnded(context: Context, container: Container): void {
  const limit = context.clock() - REMEMBERED;
  for (const { id, endedAt } of container.execs.values()) {
    if (endedAt === undefined || endedAt > limit) continue;
    container.execs.delete(id);
    context.execs.delete(id);
  }
}

/** Throws ContainerError. */
export function findExec(context: Context, id: string): ExecInstance {
  const exec = context.execs.get(id);
  if (!exec) throw noSuchExec(id);
  return exec;
}

/**
 * Starts it with a client at its streams. The attachment is there at once; why the process could not be started is
 * told in its output, as dockerd does, and by the exit code. Throws ContainerError for what is known beforehand.
 */
export function startExec(
  context: Context,
  id: string,
  options: { readonly tty: boolean; readonly consoleSize?: readonly [number, number] | null },
): Attachment {
  const { exec, container } = claim(context, id);
  const { request } = exec;
  const tty = request.Tty ?? false;
  const outputs: StreamName[] = [
    ...(request.AttachStdout ? ['stdout' as const] : []),
    ...(request.AttachStderr ? ['stderr' as const] : []),
  ];
  const attachment = connect(exec.streams, {
    wants: outputs,
    tty,
    stdin: request.AttachStdin ?? false,
    closesInput: true,
    detachKeys: parseDetachKeys(request.DetachKeys ?? ''),
    onDetach: () => publish(context, container, 'exec_detach', { execID: id }),
  });
  if (!request.AttachStdin && !tty) exec.streams.closeInput();
  launch(context, container, exec, options.consoleSize ?? request.ConsoleSize ?? undefined).catch(async (error) => {
    const text = `${error instanceof Error ? error.message : String(error)}\r\n`;
    await exec.streams.tell('stdout', new TextEncoder().encode(text));
    exec.streams.end();
  });
  return attachment;
}

/** Starts it with nobody at its streams. Resolves when it runs. Throws ContainerError. */
export async function startDetachedExec(context: Context, id: string): Promise<void> {
  const { exec, container } = claim(context, id);
  exec.streams.closeInput();
  await launch(context, container, exec, undefined);
}

function claim(context: Context, id: string): { readonly exec: ExecInstance; readonly container: Container } {
  const exec = findExec(context, id);
  const container = findContainer(context, exec.containerId);
  guard.exec(container.record.lifecycle, container.id);
  if (exec.state === 'running') throw new ContainerError('conflict', `exec command ${id} is already running`);
  if (exec.state === 'ended') throw new ContainerError('conflict', `exec command ${id} has already run`);
  exec.state = 'running';
  return { exec, container };
}

async function launch(
  context: Context,
  container: Container,
  exec: ExecInstance,
  consoleSize: readonly [number, number] | undefined,
): Promise<void> {
  const { request } = exec;
  const { id, config, host, layers } = container.record;
  publish(context, container, `exec_start: ${request.Cmd.join(' ')}`, { execID: exec.id });
  try {
    const root = await context.images.rootfs(layers);
    const process = execProcess(
      { id, args: [], config, host, root },
      {
        args: request.Cmd,
        tty: request.Tty ?? false,
        env: request.Env ?? [],
        user: request.User ?? '',
        cwd: request.WorkingDir ?? '',
        privileged: request.Privileged ?? false,
        consoleSize,
      },
    );
    if (!isRunning(container.record.lifecycle)) throw notRunning(id);
    exec.process = await context.machine.exec(id, process).catch((error: unknown) => {
      const failed = execveFailure(error);
      if (failed) return endedProcess(failed.output, failed.exitCode, request.Tty ?? false);
      throw error;
    });
  } catch (error) {
    exec.state = 'ended';
    exec.endedAt = context.clock();
    if (error instanceof ContainerError) {
      exec.exitCode = EXEC_FAILED;
      throw error;
    }
    const failure = startFailure(error, 'exec');
    exec.exitCode = failure.exitCode;
    throw new ContainerError(failure.code, failure.message, { cause: error });
  }
  exec.streams
    .run(exec.process, (status) => {
      exec.state = 'ended';
      exec.endedAt = context.clock();
      // With its container gone by a signal, an exec is gone by the same.
      exec.exitCode = status?.code ?? 137;
      publish(context, container, 'exec_die', { execID: exec.id, exitCode: String(exec.exitCode) });
    })
    .catch(() => {});
}

/** `GET /exec/{id}/json`. Throws ContainerError. */
export function inspectExec(context: Context, id: string): ExecInspect {
  const exec = findExec(context, id);
  const { request } = exec;
  const [entrypoint = '', ...rest] = request.Cmd;
  return {
    ID: exec.id,
    Running: exec.state === 'running',
    ExitCode: exec.exitCode,
    ProcessConfig: {
      tty: request.Tty ?? false,
      entrypoint,
      arguments: rest,
      privileged: request.Privileged ?? false,
      ...(request.User && { user: request.User }),
    },
    OpenStdin: request.AttachStdin ?? false,
    OpenStderr: request.AttachStderr ?? false,
    OpenStdout: request.AttachStdout ?? false,
    CanRemove: exec.state === 'ended',
    ContainerID: exec.containerId,
    DetachKeys: '',
    Pid: exec.state === 'running' ? (exec.process?.pid ?? 0) : 0,
  };
}

/** Sets an exec's terminal size. Throws ContainerError. */
export async function resizeExec(context: Context, id: string, height: number, width: number): Promise<void> {
  const exec = findExec(context, id);
  if (exec.state !== 'running' || !exec.process) {
    throw new ContainerError('conflict', `exec ${id} is not running`);
  }
  await exec.process.resize(width, height);
}
