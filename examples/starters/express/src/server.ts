import { getRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/express';
import express from 'express';
import { order } from './order.ts';

const app = express();
app.use(requestScope()); // before everything that reads the scope

app.use((request, _response, next) => {
  getRequestScope().user = String(request.query.user ?? 'guest');
  next();
});

app.get('/order', async (request, response) => {
  response.type('text').send(await order(String(request.query.item ?? 'book')));
});

const port = Number(process.env.PORT ?? 3000);
app.listen(port, () => console.log(`http://localhost:${port}/order?user=Ada&item=book`));
