import { headers } from 'next/headers';
import { after } from 'next/server';
import { readFlow, runWith } from '../../../flow.js';
import { setResult } from '../../results.js';

const readId = async () => (await headers()).get('x-request-id');

export async function GET() {
  const id = await readId();
  runWith(id, () => after(async () => setResult(id, await readFlow('after', id, readId))));
  return new Response('');
}
