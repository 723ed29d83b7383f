// expects: outlived frame, held, line 13
/** An Express application whose first request starts to watch an order. The flow ends with the response. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import express from 'express';
import { untilOutlived } from '../outlived.mjs';
import { request } from '../requests.mjs';

const requests = new AsyncLocalStorage();
let count = 0;
const order = { check: () => undefined };
function openOrder() {
  order.timer ??= setInterval(order.check, 1000);
  return order;
}
const app = express();
app.use((_, __, next) => requests.run({ id: ++count }, next));
app.post('/', (_, res) => {
  res.json({ isOpen: openOrder().timer.hasRef() });
});
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
await request(server, 3, ({ isOpen }) => isOpen);
await untilOutlived(import.meta.url);
clearInterval(order.timer);
