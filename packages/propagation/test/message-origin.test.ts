/** Which messages of pages are believed, without a browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Propagated } from '@throughline/propagation';
import { type ReceiveOptions, receive, send } from '@throughline/propagation/post-message';

const user = new Propagated<string>('user');
const role = new Propagated<string>('role');
const shop = 'https://shop.example';

/** Returns what a listener reads for a message from an origin. */
function readFrom(origin: string, options: ReceiveOptions): (string | undefined)[] {
  let data: unknown;
  const target = {
    postMessage: (message: unknown) => {
      data = message;
    },
  };
  user.run('ada', () => role.run('admin', () => send(target, 'save')));
  const source = new EventTarget();
  let reads: (string | undefined)[] = [];
  receive(
    source,
    () => {
      reads = [user.get(), role.get()];
    },
    options,
  );
  const event = Object.defineProperty(new MessageEvent('message', { data }), 'origin', { value: origin });
  source.dispatchEvent(event);
  return reads;
}

test('a message of an origin that is listed is believed as far as trust says', () => {
  const origins = [shop];
  assert.deepEqual(readFrom(shop, { origins }), ['ada', 'admin']);
  assert.deepEqual(readFrom(shop, { origins, trust: true }), ['ada', 'admin']);
  assert.deepEqual(readFrom(shop, { origins, trust: ['user'] }), ['ada', undefined]);
  assert.deepEqual(readFrom(shop, { origins, trust: false }), [undefined, undefined]);
  assert.deepEqual(readFrom('https://other.example', { origins, trust: true }), [undefined, undefined]);
});

test('a message port is believed only where it is trusted, also on runtimes whose ports have another tag', async () => {
  const read = async (options: ReceiveOptions) => {
    const { port1, port2 } = new MessageChannel();
    const reads = new Promise<(string | undefined)[]>((resolve) => {
      receive(port2, () => resolve([user.get(), role.get()]), options);
    });
    user.run('ada', () => role.run('admin', () => send(port1, 'save')));
    try {
      return await reads;
    } finally {
      port1.close();
    }
  };
  assert.deepEqual(await read({}), [undefined, undefined]);
  assert.deepEqual(await read({ trust: true }), ['ada', 'admin']);
  assert.deepEqual(await read({ trust: ['user'] }), ['ada', undefined]);
});

test('a message without an origin is believed as far as trust says', () => {
  assert.deepEqual(readFrom('', {}), ['ada', 'admin']);
  assert.deepEqual(readFrom('', { trust: ['user'] }), ['ada', undefined]);
  assert.deepEqual(readFrom('', { trust: false }), [undefined, undefined]);
});
