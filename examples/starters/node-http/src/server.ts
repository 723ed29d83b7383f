import { createServer } from 'node:http';
import { getRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/http';
import { order } from './order.ts';

const server = createServer(
  requestScope(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    if (pathname !== '/order') {
      response.writeHead(404).end('Not found\n');
      return;
    }
    getRequestScope().user = searchParams.get('user') ?? 'guest';
    response.end(await order(searchParams.get('item') ?? 'book'));
  }),
);

const port = Number(process.env.PORT ?? 3000);
server.listen(port, () => console.log(`http://localhost:${port}/order?user=Ada&item=book`));
