import { getRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/web';
import { order } from '../utils/order.ts';

const handle = requestScope(async (request: Request) => {
  const { searchParams } = new URL(request.url);
  getRequestScope().user = searchParams.get('user') ?? 'guest';
  return new Response(await order(searchParams.get('item') ?? 'book'));
});

export default defineEventHandler((event) => handle(toWebRequest(event)));
