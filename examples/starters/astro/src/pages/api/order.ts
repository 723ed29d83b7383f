import { getRequestScope } from '@throughline/request';
import type { APIRoute } from 'astro';
import { order } from '../../server/order.ts';

export const GET: APIRoute = async ({ url: { searchParams } }) => {
  getRequestScope().user = searchParams.get('user') ?? 'guest';
  return new Response(await order(searchParams.get('item') ?? 'book'));
};
