import { serve } from '@hono/node-server';
import { getRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/hono';
import { Hono } from 'hono';
import { order } from './order.ts';

const app = new Hono();
app.use(requestScope());

app.use(async (context, next) => {
  getRequestScope().user = context.req.query('user') ?? 'guest';
  await next();
});

app.get('/order', async (context) => context.text(await order(context.req.query('item') ?? 'book')));

const port = Number(process.env.PORT ?? 3000);
serve({ fetch: app.fetch, port }, () => console.log(`http://localhost:${port}/order?user=Ada&item=book`));
