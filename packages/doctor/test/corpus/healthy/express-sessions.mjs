// expects: none
/** Express with JSON bodies, sessions in memory, an own session store with callbacks, and a logger that reads the flow. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import session from 'express-session';
import pino from 'pino';
import { request } from '../requests.mjs';

const requests = new AsyncLocalStorage();
const log = pino({ mixin: () => requests.getStore() ?? {} }, { write: () => undefined });
const sessions = new (class extends session.Store {
  values = new Map();
  get = (id, callback) => setImmediate(callback, null, this.values.get(id));
  set = (id, value, callback) => {
    this.values.set(id, value);
    setImmediate(callback);
  };
})();
let count = 0;
const app = express();
app.use((_, __, next) => requests.run({ id: ++count }, next));
app.use(express.json());
app.use(session({ secret: 's', resave: false, saveUninitialized: true, store: sessions }));
app.post('/', async (req, res) => {
  log.info('begin');
  const { id } = requests.getStore();
  req.session.count = (req.session.count ?? 0) + 1;
  await wait(2);
  res.on('finish', () => log.info('finish'));
  res.json({
    isSame: requests.getStore().id === id,
    doubled: req.body.list.map((x) => x * 2 + (requests.getStore().id - id)),
  });
});
const server = await new Promise((resolve) => {
  const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
});
await request(server, 20, (body) => body.isSame && body.doubled.join() === '2,4');
