// expects: lost callback, another, line 36
/** A driver of the old kind: one connection, and callbacks in the order of the queries. Replies of a buffer come together. */
const { AsyncLocalStorage } = require('node:async_hooks');
const net = require('node:net');
const { once } = require('node:events');

class Client {
  constructor(port) {
    this.callbacks = [];
    this.isIdle = true;
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.on('data', (data) => {
      for (const reply of String(data).trimEnd().split('\n')) this.callbacks.shift()(null, reply);
    });
  }
  query(text, callback) {
    this.callbacks.push(callback);
    this.socket.write(`${text}\n`);
  }
}

const requests = new AsyncLocalStorage();

async function main() {
  const { interleave } = await import('../flows.mjs');
  const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  let client;
  await interleave(requests, async (id) => {
    // Connected by the first request, in its flow.
    client ??= new Client(server.address().port);
    await new Promise((resolve) => {
      if (id === -1) {
        resolve();
      }
      client.query(`select ${id}`, (_, reply) => {
        requests.getStore();
        resolve(reply);
      });
    });
  });
  client.socket.destroy();
  server.close();
}
module.exports = main();
