import { getRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/h3';
import { getQuery, H3, serve } from 'h3';
import { order } from './order.ts';

const app = new H3();
app.use(requestScope());

app.use((event) => {
  getRequestScope().user = getQuery<{ user?: string }>(event).user ?? 'guest';
});

app.get('/order', async (event) => {
  event.res.headers.set('content-type', 'text/plain; charset=utf-8');
  return order(getQuery<{ item?: string }>(event).item ?? 'book');
});

serve(app, { port: Number(process.env.PORT ?? 3000) });
