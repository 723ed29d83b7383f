import { flow } from '../flows.js';

export async function GET() {
  return new Response(await flow('api'));
}
