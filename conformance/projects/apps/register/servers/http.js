import { createServer } from 'node:http';
import { readFlow, runWith } from './flow.js';

createServer((request, response) => {
  const id = request.headers['x-request-id'] ?? '';
  runWith(id, async () => response.end(request.url === '/flow' ? await readFlow('handler', id) : ''));
}).listen(Number(process.env.PORT), '127.0.0.1');
