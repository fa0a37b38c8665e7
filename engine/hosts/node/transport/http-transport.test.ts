import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { EngineUnreachableError } from '../../../api/client/errors.ts';
import { DockerHostError, httpTransport, parseDockerHost } from './index.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function serve(server: http.Server, where: string | number): Promise<void> {
  closers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  );
  return new Promise((resolve) => {
    if (typeof where === 'number') server.listen(where, '127.0.0.1', resolve);
    else server.listen(where, resolve);
  });
}

function tcpHost(server: http.Server): string {
  return `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
}

async function text(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream as BodyInit).text();
}

describe('parseDockerHost', () => {
  it('reads what DOCKER_HOST may hold', () => {
    expect(parseDockerHost('unix:///run/x.sock')).toEqual({ kind: 'unix', path: '/run/x.sock' });
    expect(parseDockerHost('tcp://127.0.0.1:1234')).toEqual({ kind: 'tcp', hostname: '127.0.0.1', port: 1234 });
    expect(parseDockerHost('tcp://[::1]:1234')).toEqual({ kind: 'tcp', hostname: '::1', port: 1234 });
    expect(parseDockerHost('http://lab')).toEqual({ kind: 'tcp', hostname: 'lab', port: 2375 });
  });

  it.each(['ssh://somewhere', 'tcp://', '/run/x.sock'])('refuses %s', (host) => {
    expect(() => parseDockerHost(host)).toThrow(DockerHostError);
  });
});

describe('httpTransport', () => {
  it('carries method, path, headers and body, and streams the answer', async () => {
    const seen: unknown[] = [];
    const server = http.createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push([request.method, request.url, request.headers['x-a'], body]);
      response.writeHead(201, { 'X-B': 'c' });
      response.write('one ');
      setTimeout(() => response.end('two'), 10);
    });
    await serve(server, 0);
    const request = new Request('http://engine/v1.50/x?y=1', {
      method: 'POST',
      headers: { 'X-A': 'b' },
      body: 'hello',
    });
    const response = await httpTransport(tcpHost(server)).fetch(request);
    expect(response.status).toBe(201);
    expect(response.headers.get('X-B')).toBe('c');
    expect(await response.text()).toBe('one two');
    expect(seen).toEqual([['POST', '/v1.50/x?y=1', 'b', 'hello']]);
  });

  it('answers HEAD and 204 without a body, over a unix socket', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'transport-'));
    closers.push(() => rm(directory, { recursive: true }));
    const server = http.createServer((request, response) => {
      response.writeHead(request.method === 'HEAD' ? 200 : 204, { 'Api-Version': '1.50' }).end();
    });
    const socket = path.join(directory, 'engine.sock');
    await serve(server, socket);
    const transport = httpTransport(`unix://${socket}`);
    const ping = await transport.fetch(new Request('http://engine/_ping', { method: 'HEAD' }));
    expect([ping.status, ping.headers.get('Api-Version'), ping.body]).toEqual([200, '1.50', null]);
    expect((await transport.fetch(new Request('http://engine/x', { method: 'DELETE' }))).status).toBe(204);
  });

  it('takes a connection over, with what came at once, and keeps reading after it has closed its half', async () => {
    const server = http.createServer();
    server.on('upgrade', (_request, stream, head) => {
      const socket = stream as net.Socket;
      socket.allowHalfOpen = true;
      socket.write('HTTP/1.1 101 UPGRADED\r\nContent-Type: raw\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nfirst;');
      let got = head.toString();
      socket.on('data', (chunk) => {
        got += chunk;
      });
      socket.on('end', () => socket.end(`after end: ${got}`));
    });
    await serve(server, 0);
    const answer = await httpTransport(tcpHost(server)).upgrade(
      new Request('http://engine/attach', { method: 'POST', body: '{}' }),
    );
    if (!('duplex' in answer)) throw new Error('not upgraded');
    expect(answer.headers.get('Content-Type')).toBe('raw');
    const writer = answer.duplex.writable.getWriter();
    await writer.write(new TextEncoder().encode('input'));
    await writer.close();
    expect(await text(answer.duplex.readable)).toBe('first;after end: {}input');
  });

  it('gives the answer when the engine refuses the upgrade', async () => {
    const server = http.createServer((_request, response) => {
      response.writeHead(409).end('{"message":"no"}');
    });
    server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 409 Conflict\r\nContent-Length: 16\r\n\r\n{"message":"no"}');
    });
    await serve(server, 0);
    const answer = await httpTransport(tcpHost(server)).upgrade(new Request('http://engine/a', { method: 'POST' }));
    if ('duplex' in answer) throw new Error('upgraded');
    expect([answer.status, await answer.text()]).toEqual([409, '{"message":"no"}']);
  });

  it('says so when there is nobody', async () => {
    const transport = httpTransport('unix:///nonexistent/docker.sock');
    const attempt = transport.fetch(new Request('http://engine/_ping'));
    await expect(attempt).rejects.toBeInstanceOf(EngineUnreachableError);
    await expect(attempt).rejects.toThrow(
      'Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock. Is the docker daemon running?',
    );
  });

  it('can be given up on while the answer is on its way', async () => {
    const server = http.createServer((_request, response) => {
      response.write('some');
    });
    await serve(server, 0);
    const controller = new AbortController();
    const response = await httpTransport(tcpHost(server)).fetch(
      new Request('http://engine/events', { signal: controller.signal }),
    );
    controller.abort();
    await expect(response.text()).rejects.toThrow();
  });
});
