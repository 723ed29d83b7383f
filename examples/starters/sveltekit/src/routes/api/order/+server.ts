import { getRequestScope } from '@throughline/request';
import { order } from '../../../lib/server/order.ts';

export async function GET({ url: { searchParams } }: { url: URL }): Promise<Response> {
  getRequestScope().user = searchParams.get('user') ?? 'guest';
  return new Response(await order(searchParams.get('item') ?? 'book'));
}
