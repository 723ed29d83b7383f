import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { describe, it } from 'node:test';
import { type Context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { ThroughlineContextManager } from './context-manager.js';

const KEY = createContextKey('test');
const contextOf = (value: unknown): Context => ROOT_CONTEXT.setValue(KEY, value);
const create = () => {
  const manager = new ThroughlineContextManager();
  return { manager, read: () => manager.active().getValue(KEY) };
};

describe('ThroughlineContextManager: active() and with()', () => {
  it('returns ROOT_CONTEXT without with(), before and after enable() and disable()', () => {
    const { manager } = create();
    assert.equal(manager.active(), ROOT_CONTEXT);
    assert.equal(manager.enable(), manager);
    assert.equal(manager.active(), ROOT_CONTEXT);
    assert.equal(manager.disable(), manager);
    assert.equal(manager.active(), ROOT_CONTEXT);
  });

  it('calls the function with this and arguments, and returns its result', () => {
    const { manager, read } = create();
    const self = { name: 'self' };
    const result = manager.with(
      contextOf('a'),
      function (this: { name: string }, left: number, right: number) {
        return [read(), this.name, left + right];
      },
      self,
      1,
      2,
    );
    assert.deepEqual(result, ['a', 'self', 3]);
    assert.equal(
      manager.with(contextOf('a'), () => read()),
      'a',
    );
    assert.equal(read(), undefined);
  });

  it('restores the context when the function throws', () => {
    const { manager, read } = create();
    const failure = new Error('expected');
    manager.with(contextOf('outer'), () => {
      assert.throws(
        () =>
          manager.with(contextOf('inner'), () => {
            throw failure;
          }),
        failure,
      );
      assert.equal(read(), 'outer');
    });
  });

  it('follows await, timers and nested with() in interleaved flows', async () => {
    const { manager, read } = create();
    const seen = await Promise.all(
      Array.from({ length: 20 }, (_, flow) =>
        manager.with(contextOf(flow), async () => {
          const values = [read()];
          await new Promise((resolve) => setTimeout(resolve, (flow * 7) % 5));
          values.push(read());
          await manager.with(contextOf(`inner ${flow}`), async () => {
            await null;
            values.push(read());
          });
          values.push(read());
          return values;
        }),
      ),
    );
    assert.deepEqual(
      seen,
      Array.from({ length: 20 }, (_, flow) => [flow, flow, `inner ${flow}`, flow]),
    );
  });

  it('keeps two managers apart', () => {
    const [one, two] = [create(), create()];
    one.manager.with(contextOf(1), () =>
      two.manager.with(contextOf(2), () => assert.deepEqual([one.read(), two.read()], [1, 2])),
    );
  });

  it('makes ROOT_CONTEXT active for a context that is missing', () => {
    const { manager } = create();
    for (const missing of [null, undefined]) {
      manager.with(contextOf('outer'), () =>
        manager.with(missing as never, () => assert.equal(manager.active(), ROOT_CONTEXT)),
      );
      assert.equal(manager.bind(missing as never, () => manager.active())(), ROOT_CONTEXT);
    }
  });

  it('disable() removes the context of all flows; with() sets one again', async () => {
    const { manager, read } = create();
    const flow = manager.with(contextOf('old'), async () => {
      await null;
      return read();
    });
    manager.disable();
    assert.equal(await flow, undefined);
    manager.with(contextOf('new'), () => assert.equal(read(), 'new'));
  });
});

describe('ThroughlineContextManager: attach()', () => {
  it('does not give the context of one flow to another that disposes of its token', async () => {
    const { manager, read } = create();
    const seen: unknown[] = [];
    await manager.with(contextOf('one'), async () => {
      const token = manager.attach(contextOf('attached'));
      await manager.with(contextOf('two'), async () => {
        token.dispose();
        seen.push(read());
        await null;
        seen.push(read());
      });
      seen.push(read());
      token.dispose();
      seen.push(read());
    });
    manager.attach(contextOf('left')).dispose();
    assert.deepEqual(seen, ['two', 'two', 'attached', 'one']);
    assert.equal(read(), undefined);
  });

  it('restores nothing that was active before disable()', () => {
    const { manager, read } = create();
    const token = manager.attach(contextOf('old'));
    manager.disable();
    token.dispose();
    assert.equal(read(), undefined);
  });

  it('attaches ROOT_CONTEXT for a context that is missing', () => {
    const { manager, read } = create();
    manager.with(contextOf('outer'), () => {
      const token = manager.attach(undefined as never);
      assert.equal(manager.active(), ROOT_CONTEXT);
      token.dispose();
      assert.equal(read(), 'outer');
    });
  });
});

describe('ThroughlineContextManager: bind()', () => {
  it('binds a function to the context, and keeps its length, this and arguments', () => {
    const { manager, read } = create();
    const bound = manager.bind(contextOf('bound'), function (this: unknown, left: number, right: number) {
      return [read(), this, left + right];
    });
    const self = {};
    assert.equal(bound.length, 2);
    assert.deepEqual(
      manager.with(contextOf('caller'), () => bound.call(self, 1, 2)),
      ['bound', self, 3],
    );
  });

  it('returns anything else unchanged', () => {
    const { manager } = create();
    for (const value of [undefined, null, 5, 'text', {}, Object.create(null), { on: 1 }]) {
      assert.equal(manager.bind(contextOf('a'), value), value);
    }
  });

  const adding = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const;
  const removing = ['off', 'removeListener'] as const;

  for (const add of adding) {
    it(`binds listeners that ${add}() adds to an emitter; ${removing.join('() and ')}() remove them`, () => {
      const { manager, read } = create();
      const emitter = manager.bind(contextOf('bound'), new EventEmitter());
      const seen: unknown[] = [];
      const listener = (value: number) => seen.push(read(), value);
      for (const remove of removing) {
        emitter[add]('event', listener);
        emitter[add]('event', listener);
        assert.equal(emitter[remove]('event', listener), emitter);
        assert.equal(emitter.listenerCount('event'), 1);
        manager.with(contextOf('emitter'), () => emitter.emit('event', 1));
        emitter[remove]('event', listener);
        assert.equal(emitter.listenerCount('event'), 0);
        manager.with(contextOf('emitter'), () => emitter.emit('event', 2));
        assert.deepEqual(seen.splice(0), ['bound', 1]);
      }
    });
  }

  it('calls a listener of once() once, also if it emits the event itself', () => {
    const { manager } = create();
    const emitter = manager.bind(contextOf('bound'), new EventEmitter());
    let calls = 0;
    emitter.once('event', () => {
      calls++;
      emitter.emit('event');
    });
    emitter.emit('event');
    assert.equal(calls, 1);
    assert.equal(emitter.listenerCount('event'), 0);
  });

  it('shows the original listeners, and gives them to newListener', () => {
    const { manager } = create();
    const emitter = manager.bind(contextOf('bound'), new EventEmitter());
    const listener = () => {};
    const added: unknown[] = [];
    emitter.on('newListener', (_event, value) => added.push(value));
    emitter.on('event', listener);
    assert.deepEqual(emitter.listeners('event'), [listener]);
    assert.deepEqual(added, [listener]);
  });

  it('removes listeners that were added before the binding, and all with removeAllListeners()', () => {
    const { manager } = create();
    const emitter = new EventEmitter();
    const listener = () => {};
    emitter.on('event', listener);
    manager.bind(contextOf('bound'), emitter);
    emitter.off('event', listener);
    assert.equal(emitter.listenerCount('event'), 0);
    emitter.on('event', listener).once('event', listener).removeAllListeners('event');
    assert.equal(emitter.listenerCount('event'), 0);
    emitter.on('event', listener).off('event', listener);
    assert.equal(emitter.listenerCount('event'), 0);
  });

  it('keeps the first context of an emitter, and leaves other emitters of its class alone', () => {
    const { manager, read } = create();
    const emitter = manager.bind(contextOf('first'), new EventEmitter());
    assert.equal(manager.bind(contextOf('second'), emitter), emitter);
    const seen: unknown[] = [];
    emitter.on('event', () => seen.push(read()));
    const other = new EventEmitter().on('event', () => seen.push(read()));
    emitter.emit('event');
    other.emit('event');
    assert.deepEqual(seen, ['first', undefined]);
    assert.deepEqual(Object.keys(emitter), Object.keys(other));
  });

  it('throws what Node throws for a listener that is no function', () => {
    const { manager } = create();
    const emitter = manager.bind(contextOf('bound'), new EventEmitter());
    assert.throws(() => emitter.on('event', 5 as never), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => emitter.off('event', undefined as never), { code: 'ERR_INVALID_ARG_TYPE' });
  });

  it('works with events.once()', async () => {
    const { manager } = create();
    const emitter = manager.bind(contextOf('bound'), new EventEmitter());
    const event = once(emitter, 'event');
    emitter.emit('event', 1);
    assert.deepEqual(await event, [1]);
    assert.equal(emitter.listenerCount('event'), 0);
  });

  it('binds the listeners of an EventTarget: functions and objects, once each', () => {
    const { manager, read } = create();
    const target = manager.bind(contextOf('bound'), new EventTarget());
    const seen: unknown[] = [];
    const listener = () => seen.push('function', read());
    const object = {
      handleEvent() {
        seen.push(this === object, read());
      },
    };
    for (const each of [listener, object]) {
      target.addEventListener('event', each);
      target.addEventListener('event', each);
    }
    target.addEventListener('event', null);
    manager.with(contextOf('dispatcher'), () => target.dispatchEvent(new Event('event')));
    assert.deepEqual(seen.splice(0), ['function', 'bound', true, 'bound']);
    target.removeEventListener('event', listener);
    target.removeEventListener('event', object);
    target.dispatchEvent(new Event('event'));
    assert.deepEqual(seen, []);
    target.addEventListener('event', listener, { once: true });
    target.dispatchEvent(new Event('event'));
    target.dispatchEvent(new Event('event'));
    assert.deepEqual(seen, ['function', 'bound']);
  });

  it('binds both kinds of listeners of a MessagePort', async () => {
    const { manager, read } = create();
    const { port1, port2 } = new MessageChannel();
    try {
      const port = manager.bind(contextOf('bound'), port1) as MessagePort & EventEmitter;
      const received = Promise.all([
        new Promise((resolve) => port.once('message', (value) => resolve([value, read()]))),
        new Promise((resolve) =>
          port.addEventListener('message', ({ data }) => resolve([data, read()]), { once: true }),
        ),
      ]);
      port2.postMessage('hello');
      assert.deepEqual(await received, [
        ['hello', 'bound'],
        ['hello', 'bound'],
      ]);
      const listener = () => {};
      port.on('message', listener);
      port.off('message', listener);
      assert.equal(port.listenerCount('message'), 0);
    } finally {
      port1.close();
      port2.close();
    }
  });
});
