/** An express server with sessions and a helper that reads the flow. `GET /usage` returns what it has used. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import session from 'express-session';

const requests = new AsyncLocalStorage();
const app = express();
let count = 0;
app.get('/usage', (_, res) => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  res.json({ processorTime: user + system, heap: process.memoryUsage().heapUsed });
});
app.use((_, __, next) => requests.run({ id: ++count }, next));
app.use(express.json());
// The sessions of a process that lives for long are kept elsewhere.
const store = Object.assign(new session.MemoryStore(), { set: (_, __, done) => setImmediate(done) });
app.use(session({ secret: 's', resave: false, saveUninitialized: true, store }));
const load = async (ids) => {
  await wait(0);
  return ids.map((id) => ({ id, of: requests.getStore().id }));
};
app.post('/', async (req, res) => {
  const rows = await load(req.body.list);
  const names = rows.map((row) => `row ${row.id}`).filter((name) => name !== '');
  await Promise.all(names.map(async (name) => [name, await requests.getStore().id]));
  req.session.rows = names.length;
  res.on('finish', () => requests.getStore());
  res.json({ names, id: requests.getStore().id });
});

const server = app.listen(0, '127.0.0.1', () => {
  const { user, system } = process.cpuUsage();
  process.send({ port: server.address().port, start: user + system });
});
process.on('disconnect', () => process.exit());
