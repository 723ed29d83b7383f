import express from 'express';
import * as httpContext from 'express-http-context';
import { describeUser } from './users.js';

const app = express();
app.use(express.json());
app.use(httpContext.middleware);
app.use(async (request, _response, next) => {
  const name = request.get('x-user');
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
  httpContext.set('user', { name });
  httpContext.set('trace-id', `trace of ${name}`);
  next();
});
app.get('/', async (_request, response) => {
  const user = await describeUser();
  response.send(`${user}\n${httpContext.get('trace-id')}\n`);
});
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));

// Outside of a request, nothing is stored and nothing is found.
httpContext.set('user', { name: 'nobody' });
if (httpContext.get('user') !== undefined) throw new Error('a value outside of a request');
