import { headers } from 'next/headers';
import { readFlow, runWith } from '../../../flow.js';

const readId = async () => (await headers()).get('x-request-id');

export async function GET() {
  const id = await readId();
  return new Response(await runWith(id, () => readFlow('handler', id, readId)));
}
