/**
 * The asynchronous steps of a request. Each leaves synchronous code in a different way and reads the request id where
 * it continues. No step receives the id as an argument.
 */
import { scrypt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs';
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { requestId } from './request-id.js';

/** The value that a step read from storage: an id, or undefined if the storage held none. */
export type IdRead = number | undefined;

export function readInTimer(): Promise<IdRead> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(requestId.getStore()), 1 + Math.random() * 9);
  });
}

export function readInFileCallback(): Promise<IdRead> {
  return new Promise((resolve, reject) => {
    readFile(new URL(import.meta.url), (error) => (error ? reject(error) : resolve(requestId.getStore())));
  });
}

export function readInThreadPoolCallback(): Promise<IdRead> {
  return new Promise((resolve, reject) => {
    scrypt('a password', 'a salt', 32, { N: 64 }, (error) => (error ? reject(error) : resolve(requestId.getStore())));
  });
}

/** Reads the id three async functions deep. */
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

export function readInListener(): Promise<IdRead> {
  return new Promise((resolve) => {
    const emitter = new EventEmitter();
    emitter.once('ring', () => resolve(requestId.getStore()));
    setImmediate(() => emitter.emit('ring'));
  });
}

// There are fewer sockets than requests. Requests wait in the queue of the agent, and each socket serves many flows in
// turn.
const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** Requests `/inner` of this server, which reads its id from a header and responds with the id that it read. */
export function readInInnerRequest(port: number): Promise<IdRead> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-request-id': requestId.getStore() ?? '' };
    get({ host: '127.0.0.1', port, path: '/inner', agent, headers }, (response) => {
      text(response).then((body) => resolve(body === '' ? undefined : Number(body)), reject);
    }).on('error', reject);
  });
}

/** Closes the keep-alive connections of the inner requests. */
export function closeInnerConnections(): void {
  agent.destroy();
}
