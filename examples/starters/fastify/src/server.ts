import { getRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/fastify';
import Fastify from 'fastify';
import { log } from './log.ts';
import { order } from './order.ts';

interface Order {
  Querystring: { user?: string; item?: string };
}

const app = Fastify({ loggerInstance: log, disableRequestLogging: true });
await app.register(requestScope());

app.addHook<Order>('onRequest', async ({ query }) => {
  getRequestScope().user = query.user ?? 'guest';
});

app.get<Order>('/order', async ({ query }, reply) => {
  reply.type('text/plain; charset=utf-8');
  return order(query.item ?? 'book');
});

await app.listen({ port: Number(process.env.PORT ?? 3000) });
