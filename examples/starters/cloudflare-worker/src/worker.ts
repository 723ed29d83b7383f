import { getRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/web';
import { order } from './order.ts';

const handle = requestScope(async (request: Request) => {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname !== '/order') return new Response('Not found\n', { status: 404 });
  getRequestScope().user = searchParams.get('user') ?? 'guest';
  return new Response(await order(searchParams.get('item') ?? 'book'));
});

export default { fetch: (request: Request) => handle(request) };
