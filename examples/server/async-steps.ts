/**
 * The work of a request. Each step leaves the synchronous code in a way of its own and reads the id where it arrives;
 * none is given the id.
 */
import { scrypt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs';
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { requestId } from './request-id.js';

export type IdRead = number | undefined;

/** A timer's callback. */
export function readInTimer(): Promise<IdRead> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(requestId.getStore()), 1 + Math.random() * 9);
  });
}

/** The callback of `fs`. */
export function readInFileCallback(): Promise<IdRead> {
  return new Promise((resolve, reject) => {
    readFile(new URL(import.meta.url), (error) => (error ? reject(error) : resolve(requestId.getStore())));
  });
}

/** The callback of work done in the thread pool. */
export function readInThreadPoolCallback(): Promise<IdRead> {
  return new Promise((resolve, reject) => {
    scrypt('a password', 'a salt', 32, { N: 64 }, (error) => (error ? reject(error) : resolve(requestId.getStore())));
  });
}

/** Async functions three deep. */
export async function readInNestedFunctions(): Promise<IdRead> {
  await nextTurn();
  const read = await secondLevel();
  return read;
}

async function secondLevel(): Promise<IdRead> {
  await Promise.all([nextTurn(), Promise.resolve()]);
  const read = await thirdLevel();
  return read;
}

async function thirdLevel(): Promise<IdRead> {
  await null;
  return requestId.getStore();
}

/** A listener of an event emitter. */
export function readInListener(): Promise<IdRead> {
  return new Promise((resolve) => {
    const bell = new EventEmitter();
    bell.once('ring', () => resolve(requestId.getStore()));
    setImmediate(() => bell.emit('ring'));
  });
}

// Fewer sockets than requests: they wait in the agent's queue, and each socket works for many of them in turn.
const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** A request to this server's second route, which takes over the id from a header and answers what it then reads. */
export function readInInnerRequest(port: number): Promise<IdRead> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-request-id': requestId.getStore() ?? '' };
    get({ host: '127.0.0.1', port, path: '/inner', agent, headers }, (response) => {
      text(response).then((body) => resolve(body === '' ? undefined : Number(body)), reject);
    }).on('error', reject);
  });
}

/** Closes the sockets that were kept for the next inner request. */
export function closeInnerConnections(): void {
  agent.destroy();
}
