// expects: lost callback, another, line 26
/** A middleware enters the request, and waits for a connection in the same function. */
import { AsyncLocalStorage } from 'node:async_hooks';
import express from 'express';

const requests = new AsyncLocalStorage();
const waiting = [];
let isFree = true;
function acquire(callback) {
  if (!isFree) return waiting.push(callback);
  isFree = false;
  return setImmediate(callback);
}
function release() {
  const next = waiting.shift();
  if (next === undefined) isFree = true;
  else next();
}

let count = 0;
const app = express();
app.use((_, response, next) => {
  const id = ++count;
  response.locals.id = id;
  requests.enterWith({ id });
  acquire(() => {
    response.locals.isOwn = requests.getStore()?.id === id;
    next();
  });
});
app.get('/', (_, response) => {
  setTimeout(() => {
    release();
    response.json(response.locals.isOwn);
  }, 5);
});
const server = await new Promise((resolve) => {
  const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
});
const url = `http://127.0.0.1:${server.address().port}/`;
await Promise.all(Array.from({ length: 4 }, () => fetch(url).then((response) => response.json())));
server.closeAllConnections();
server.close();
