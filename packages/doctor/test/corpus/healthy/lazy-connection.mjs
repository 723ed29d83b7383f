// expects: none
/** What the first request makes for all, without reading the flow: a connection, a module, a template and settings. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const log = () => requests.getStore().id;
const database = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
await once(database, 'listening');
let connection;
let rowCount = 0;
const templates = new Map();
async function open() {
  const socket = connect(database.address().port, '127.0.0.1');
  await once(socket, 'connect');
  // Replies belong to no request.
  socket.on('data', () => rowCount++);
  return socket;
}
async function readTemplate(file) {
  const text = await readFile(file, 'utf8');
  await wait(1);
  return text.split('\n');
}
function template(file) {
  if (!templates.has(file)) templates.set(file, readTemplate(file));
  return templates.get(file);
}
await interleave(requests, async () => {
  log();
  connection ??= open();
  const socket = await connection;
  log();
  socket.write('row');
  const lines = await template(new URL(import.meta.url));
  const { interleave: shared } = await import('../flows.mjs');
  if (lines.length === 0 || shared !== interleave) throw new Error('incomplete');
  log();
});
(await connection).destroy();
database.close();
