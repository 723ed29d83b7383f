/** Comlink through message ports of Node. pages.test.ts opens it in browsers. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, test } from 'node:test';
import { MessageChannel, type MessagePort as NodePort } from 'node:worker_threads';
import { Propagated } from '@throughline/propagation';
import { type EndpointOptions, endpoint, proxyHandler } from '@throughline/propagation/comlink';
import * as comlink from 'comlink';

const user = new Propagated<string>('user');
const defaultHandler = comlink.transferHandlers.get('proxy');

afterEach(() => {
  if (defaultHandler !== undefined) comlink.transferHandlers.set('proxy', defaultHandler);
});

const service = {
  greet: (word: string) => `${word}, ${user.get()}`,
  /** Calls a function of the caller, in a flow of this side. */
  callBack: (name: string, callback: (word: string) => string | Promise<string>) =>
    user.run(name, () => callback('Bye')),
};

function connect(options: EndpointOptions = { trust: true }) {
  const { port1, port2 } = new MessageChannel();
  comlink.expose(service, endpoint(port2 as unknown as MessagePort, options));
  return { remote: comlink.wrap<typeof service>(endpoint(port1 as unknown as MessagePort)), ports: [port1, port2] };
}

const closed = (port: NodePort) => once(port, 'close');

test('a method runs in the flow of its caller', async () => {
  const { remote } = connect();
  assert.equal(await user.run('ada', () => remote.greet('Hello')), 'Hello, ada');
  remote[comlink.releaseProxy]();
});

test('a proxy that is released closes both ports, which would keep the process alive', async () => {
  const { remote, ports } = connect();
  await remote.greet('Hello');
  const ended = Promise.all(ports.map(closed));
  remote[comlink.releaseProxy]();
  await ended;
});

test('a function that is passed with proxy() runs in the flow of its caller, if both sides say so', async () => {
  comlink.transferHandlers.set('proxy', proxyHandler(comlink, { trust: true }));
  const { remote } = connect();
  const callback = comlink.proxy((word: string) => `${word}, ${user.get()}`);
  const results = await user.run('ada', () =>
    Promise.all(['bob', 'eve'].map((name) => remote.callBack(name, callback))),
  );
  assert.deepEqual(results, ['Bye, bob', 'Bye, eve']);
  comlink.transferHandlers.set('proxy', proxyHandler(comlink));
  assert.equal(await user.run('ada', () => remote.callBack('bob', callback)), 'Bye, undefined');
  remote[comlink.releaseProxy]();
});

test('invalid arguments are errors', () => {
  assert.throws(() => proxyHandler({} as typeof comlink), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => proxyHandler(comlink, { trsut: true } as never), { message: /Did you mean "trust"/ });
  assert.throws(() => proxyHandler(comlink, { trust: 'user' } as never), { code: 'ERR_INVALID_ARG_TYPE' });
});
