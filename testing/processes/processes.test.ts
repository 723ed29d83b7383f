import { equal, match, ok, rejects } from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort, findProgram, isNotInstalled, probeTcpPort, startChild, startTestServer } from './index.js';

const listenOn = (port: number) =>
  `require('node:http').createServer((_, response) => response.end()).listen(${port}, '127.0.0.1')`;

describe('findFreePort()', () => {
  it('returns a port that a server can listen on', async () => {
    const port = await findFreePort();
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('findProgram()', () => {
  it('finds a program by its absolute path, and returns undefined if there is none', () => {
    equal(findProgram([], [process.execPath]), process.execPath);
    equal(findProgram(['a-program-that-does-not-exist']), undefined);
  });
});

describe('startChild()', () => {
  it('starts a process that kill() ends together with the processes it started', async () => {
    const port = await findFreePort();
    const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(listenOn(port))}])`;
    const child = startChild(process.execPath, ['-e', grandchild], { stdio: ['ignore', 'ignore', 'ignore'] });
    ok(await isEventuallyListening(true, port), 'the grandchild listens');
    await child.kill();
    equal(child.process.signalCode, 'SIGKILL');
    ok(await isEventuallyListening(false, port), 'the grandchild has ended');
  });
});

describe('startTestServer()', () => {
  it('starts a server that stops and starts again on the same port, and ends when it is disposed of', async () => {
    const port = await findFreePort();
    const server = await startTestServer({
      url: `http://127.0.0.1:${port}`,
      port,
      path: process.execPath,
      args: ['-e', listenOn(port)],
      probe: () => probeTcpPort(port),
    });
    equal(isNotInstalled(server), false);
    equal((await fetch(server.url)).status, 200);
    await server.stop();
    await rejects(fetch(server.url));
    await server.start();
    equal((await fetch(server.url)).status, 200);
    await server[Symbol.asyncDispose]();
    await rejects(fetch(server.url));
  });

  it('rejects with the output of a server that exits before it is ready', async () => {
    const port = await findFreePort();
    const started = startTestServer({
      url: `http://127.0.0.1:${port}`,
      port,
      path: process.execPath,
      args: ['-e', 'console.error("no license"); process.exitCode = 1'],
      probe: () => probeTcpPort(port),
    });
    await rejects(started, ({ message }: Error) => {
      match(message, /exited before it was ready.*no license/s);
      return true;
    });
  });
});

/** Waits up to ten seconds until a server on the port listens, or until none does. */
async function isEventuallyListening(isExpected: boolean, port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    if ((await isListening(port)) === isExpected) return true;
    await delay(10);
  }
  return false;
}

async function isListening(port: number): Promise<boolean> {
  try {
    await probeTcpPort(port);
    return true;
  } catch {
    return false;
  }
}
