/** A server whose flows wait for several things. Its port is printed to stdout. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { dumpFlows } from '@throughline/doctor';

const requests = new AsyncLocalStorage();
const users = new AsyncLocalStorage();
const secrets = new AsyncLocalStorage();
const pool = new EventEmitter().setMaxListeners(0);
let count = 0;

async function loadUser(milliseconds) {
  await wait(milliseconds);
  return users.getStore();
}

async function work(parameters) {
  await readFile(new URL(import.meta.url));
  const user = { name: 'Ada', password: 'hunter2' };
  return users.run(user, () => loadUser(Number(parameters.get('ms'))));
}

/** The listener belongs to the flow that registers it, and is called in that of `/free`. */
async function lose() {
  await new Promise((resolve) => {
    pool.once('free', () => resolve(requests.getStore()));
  });
  await wait(3000);
}

class Hostile {
  get boom() {
    return fail('a getter was invoked');
  }
  toString() {
    return fail('toString was called');
  }
  [Symbol.for('nodejs.util.inspect.custom')]() {
    return fail('inspect was called');
  }
}

const traps = new Proxy({}, { get: (_, name) => () => fail(`the trap ${String(name)} was called`) });
const failures = [];

function fail(text) {
  failures.push(text);
  throw new Error(text);
}

function hostileValues() {
  const circular = { name: 'circular' };
  circular.self = circular;
  const accessors = Object.defineProperty({}, 'danger', { get: () => fail('danger'), enumerable: true });
  const named = { '<img src=x onerror=alert(1)>': '</script><script>document.title = "hacked"</script>' };
  return [
    new Hostile(),
    accessors,
    new Proxy({}, traps),
    new Proxy(class {}, traps),
    Object.create(new Proxy({}, traps)),
    'x'.repeat(10_000_000),
    circular,
    named,
    '<script>document.title = "hacked"</script>',
    new Map([[{}, new Proxy({}, traps)]]),
    Object.assign(Object.create(null), { plain: 1 }),
    Symbol('\u001b[31m<b>'),
    10n ** 50n,
    new Array(3),
    new Date(Number.NaN),
    /<u>/g,
    { token: 'abc', nested: { authorization: 'Bearer 1' } },
  ];
}

async function hang(storage, value) {
  await storage.run(value, async () => {
    await wait(600_000);
  });
}

/** Opens many flows, some at a time. */
async function openMany(parameters) {
  let left = Number(parameters.get('count'));
  const worker = async () => {
    while (left-- > 0) await requests.run({ left, text: 'x'.repeat(1000) }, () => loadUser(0));
  };
  await Promise.all(Array.from({ length: 100 }, worker));
}

const routes = {
  '/work': work,
  '/lose': lose,
  '/free': () => pool.emit('free'),
  '/hang': () => hang(users, { name: 'Grace' }),
  '/secret': () => hang(secrets, 'the password of the database'),
  '/hostile': () => Promise.all(hostileValues().map((value) => hang(users, value))),
};

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname === '/dump') return response.end(dumpFlows());
  if (pathname === '/failures') return response.end(JSON.stringify(failures));
  if (pathname === '/many') {
    await openMany(searchParams);
    return response.end();
  }
  if (pathname === '/heap') {
    globalThis.gc();
    return response.end(String(process.memoryUsage().heapUsed));
  }
  await requests.run({ id: ++count, url: request.url }, async () => {
    await routes[pathname](searchParams);
    response.end('done');
  });
});
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
process.on('SIGTERM', () => process.exit());
