import { results } from '../../../results.js';

export async function GET(_request, { params }) {
  const { id } = await params;
  return new Response(results.get(id) ?? '');
}
