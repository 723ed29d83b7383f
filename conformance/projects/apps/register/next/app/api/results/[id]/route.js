import { getResult } from '../../../results.js';

export async function GET(_request, { params }) {
  const { id } = await params;
  return new Response(await getResult(id));
}
