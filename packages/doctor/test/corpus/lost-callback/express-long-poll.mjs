// expects: lost callback, another, line 15
/** Requests that poll wait in a list; the request that posts a message ends them all in its own flow. */
import { AsyncLocalStorage } from 'node:async_hooks';
import express from 'express';

const requests = new AsyncLocalStorage();
const log = (text) => `${requests.getStore().id}: ${text}`;
const waiting = new Set();
let count = 0;
const app = express();
app.use((_, __, next) => {
  requests.run({ id: ++count }, () => next());
});
app.get('/messages', (_, response) => {
  waiting.add((message) => {
    response.json({ message, line: log('sent') });
  });
});
app.post('/messages', (_, response) => {
  for (const send of waiting) send('hello');
  waiting.clear();
  response.end();
});
const server = await new Promise((resolve) => {
  const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
});
const url = `http://127.0.0.1:${server.address().port}/messages`;
const polls = [1, 2, 3].map(() => fetch(url).then((response) => response.json()));
while (waiting.size < 3) await new Promise((resolve) => setTimeout(resolve, 5));
await fetch(url, { method: 'POST' });
await Promise.all(polls);
server.closeAllConnections();
server.close();
