import { getRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/koa';
import Koa from 'koa';
import { order } from './order.ts';

const app = new Koa();
app.use(requestScope());

app.use(async ({ query }, next) => {
  getRequestScope().user = String(query.user ?? 'guest');
  await next();
});

app.use(async (context) => {
  if (context.path === '/order') context.body = await order(String(context.query.item ?? 'book'));
});

const port = Number(process.env.PORT ?? 3000);
app.listen(port, () => console.log(`http://localhost:${port}/order?user=Ada&item=book`));
