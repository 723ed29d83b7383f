import { read } from '../../read.js';

export const GET = async () => new Response(await read('handler'));
