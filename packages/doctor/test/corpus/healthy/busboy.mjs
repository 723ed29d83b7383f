// expects: none
/** The parts of an upload are parsed in the flow that has piped the request into the parser. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer } from 'node:http';
import busboy from 'busboy';

const uploads = new AsyncLocalStorage();
let count = 0;
const server = createServer((request, response) => {
  uploads.run({ id: ++count }, () => {
    const parser = busboy({ headers: request.headers });
    const names = [];
    parser.on('field', (name) => names.push(name));
    parser.on('file', (name, file) => {
      names.push(`${name} of ${uploads.getStore()?.id}`);
      file.resume();
    });
    parser.on('close', () => response.end(names.join()));
    request.pipe(parser);
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const form = new FormData();
form.append('title', 'a picture');
form.append('picture', new Blob(['x'.repeat(200_000)]), 'picture.png');
const url = `http://127.0.0.1:${server.address().port}/`;
await Promise.all([1, 2].map(() => fetch(url, { method: 'POST', body: form }).then((response) => response.text())));
server.closeAllConnections();
server.close();
