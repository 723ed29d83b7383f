/** An express server with sessions and a logger that reads the flow, which requests itself and prints what that took. */
import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import session from 'express-session';

const requests = new AsyncLocalStorage();
const app = express();
let count = 0;
app.use((_, __, next) => requests.run({ id: ++count }, next));
app.use(express.json());
app.use(session({ secret: 's', resave: false, saveUninitialized: true }));
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

const server = app.listen(0, '127.0.0.1', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 20 });
  const { port } = server.address();
  const body = JSON.stringify({ list: [1, 2, 3, 4, 5] });
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const post = () =>
    new Promise((resolve) => {
      const request = http.request({ port, host: '127.0.0.1', method: 'POST', agent, headers }, (response) => {
        response.resume().on('end', resolve);
      });
      request.end(body);
    });
  const send = async (total) => {
    let left = total;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        while (left-- > 0) await post();
      }),
    );
  };
  const started = performance.now();
  const total = Number(process.argv[2]);
  await send(total / 4);
  const before = process.cpuUsage();
  await send(total);
  const { user, system } = process.cpuUsage(before);
  globalThis.gc?.();
  const { heapUsed } = process.memoryUsage();
  console.log(JSON.stringify({ perRequest: (user + system) / total, started, heapUsed }));
  agent.destroy();
  server.close();
});
