/**
 * Compares a bound emitter under unusual use with one that is not bound. Both must do the same, except for the context.
 */
import assert from 'node:assert/strict';
import { EventEmitter, on, once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import ComponentEmitter from 'component-emitter';
import { EventEmitter as EventEmitter3 } from 'eventemitter3';
import { ThroughlineContextManager } from './context-manager.js';

const KEY = createContextKey('test');
const manager = new ThroughlineContextManager();
const read = () => manager.active().getValue(KEY);
const bind = <T>(emitter: T): T => manager.bind(ROOT_CONTEXT.setValue(KEY, 'bound'), emitter);

const adding = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const;

/** Runs a program with an emitter that is bound, and with one that is not, and compares what it returns. */
function compare(program: (emitter: EventEmitter) => unknown, create = () => new EventEmitter()): void {
  assert.deepEqual(program(bind(create())), program(create()));
}

describe('a bound EventEmitter', () => {
  for (const add of adding) {
    it(`shows the original listener of ${add}() in listeners(), rawListeners(), newListener and removeListener`, () => {
      compare((emitter) => {
        const listener = () => {};
        const seen: unknown[] = [];
        const note = (_event: unknown, value: unknown) => seen.push(value === listener);
        emitter.on('newListener', note).on('removeListener', note);
        emitter[add]('event', listener);
        seen.push(emitter.listeners('event')[0] === listener);
        seen.push(emitter.listenerCount('event', listener));
        const [raw] = emitter.rawListeners('event') as ((() => void) & { listener?: unknown })[];
        seen.push(raw?.listener === listener || raw === listener);
        emitter.off('event', listener);
        seen.push(emitter.listenerCount('event'));
        return seen;
      });
    });
  }

  it('removes the listener that was added last, in every order of on(), once() and their prepending forms', () => {
    for (const first of adding) {
      for (const second of adding) {
        compare((emitter) => {
          const calls: string[] = [];
          const listener = () => calls.push('called');
          emitter[first]('event', listener);
          emitter[second]('event', listener);
          emitter.off('event', listener);
          emitter.emit('event');
          emitter.emit('event');
          return [calls, emitter.listenerCount('event')];
        });
      }
    }
  });

  it('calls the listener of a function from rawListeners() once, and removes it', () => {
    compare((emitter) => {
      const calls: unknown[] = [];
      emitter.once('event', () => calls.push(1));
      const [raw] = emitter.rawListeners('event') as (() => void)[];
      raw?.();
      raw?.();
      return [calls, emitter.listenerCount('event'), emitter.emit('event')];
    });
  });

  it('removes what rawListeners() returned, and copies listeners to another emitter', () => {
    compare((emitter) => {
      const calls: unknown[] = [];
      emitter.on('event', () => calls.push('on')).once('event', () => calls.push('once'));
      const other = new EventEmitter();
      for (const listener of emitter.listeners('event') as (() => void)[]) other.on('event', listener);
      other.emit('event');
      for (const listener of emitter.rawListeners('event') as (() => void)[]) emitter.off('event', listener);
      return [calls, emitter.eventNames()];
    });
  });

  it('has listeners that add, remove and emit while they run, and that throw', () => {
    compare((emitter) => {
      const calls: string[] = [];
      const second = () => calls.push('second');
      emitter.once('event', () => {
        calls.push('first');
        emitter.off('event', second);
        emitter.on('event', () => calls.push('late'));
        emitter.emit('event');
      });
      emitter.on('event', second);
      emitter.emit('event');
      emitter.once('failing', () => {
        throw new Error('expected');
      });
      assert.throws(() => emitter.emit('failing'), /expected/);
      return [calls, emitter.listenerCount('failing')];
    });
    assert.equal(read(), undefined);
  });

  it('has a listener whose own property listener is a function', () => {
    compare((emitter) => {
      const shown = () => {};
      const listener = Object.assign(() => {}, { listener: shown });
      const seen: unknown[] = [];
      for (const removed of [shown, listener]) {
        emitter.on('event', listener);
        seen.push(emitter.listeners('event')[0] === shown);
        emitter.off('event', removed);
        seen.push(emitter.listenerCount('event'));
      }
      return seen;
    });
  });

  it('calls errorMonitor before the listeners of error, each in the context', () => {
    const emitter = bind(new EventEmitter());
    const seen: unknown[] = [];
    emitter.on(EventEmitter.errorMonitor, () => seen.push('monitor', read()));
    assert.throws(() => emitter.emit('error', new Error('expected')), /expected/);
    emitter.once('error', () => seen.push('error', read()));
    emitter.emit('error', new Error('expected'));
    assert.deepEqual(seen, ['monitor', 'bound', 'monitor', 'bound', 'error', 'bound']);
  });

  it('captures rejections of listeners', async () => {
    const emitter = bind(new EventEmitter({ captureRejections: true }));
    const failure = new Promise((resolve) => emitter.on('error', (error) => resolve([error, read()])));
    const expected = new Error('expected');
    emitter.on('event', async () => {
      await null;
      throw expected;
    });
    emitter.emit('event');
    assert.deepEqual(await failure, [expected, 'bound']);
  });

  it('is read by events.on() and events.once(), whose consumers keep their own contexts', async () => {
    const emitter = bind(new EventEmitter());
    const consumed = manager.with(ROOT_CONTEXT.setValue(KEY, 'consumer'), async () => {
      const seen: unknown[] = [];
      for await (const [value] of on(emitter, 'event')) {
        seen.push(value, read());
        if (value === 2) break;
      }
      return seen;
    });
    emitter.emit('event', 1);
    emitter.emit('event', 2);
    assert.deepEqual(await consumed, [1, 'consumer', 2, 'consumer']);
    assert.equal(emitter.listenerCount('event'), 0);
    const aborted = once(emitter, 'never', { signal: AbortSignal.abort() });
    await assert.rejects(aborted, { name: 'AbortError' });
    assert.equal(emitter.listenerCount('never'), 0);
  });

  it('is a stream that is read', async () => {
    const stream = bind(Readable.from(['a', 'b']));
    const seen: unknown[] = [];
    stream.on('data', (chunk) => seen.push(chunk, read()));
    await once(stream, 'end');
    assert.deepEqual(seen, ['a', 'bound', 'b', 'bound']);
  });

  it('can be of a class whose methods call each other', () => {
    class Forwarding extends EventEmitter {
      override addListener(event: string, listener: () => void): this {
        return this.on(event, listener);
      }
      override removeListener(event: string, listener: () => void): this {
        return super.off(event, listener);
      }
    }
    for (const add of adding) {
      compare(
        (emitter) => {
          const calls: unknown[] = [];
          const listener = () => calls.push(1);
          emitter[add]('event', listener);
          emitter.emit('event');
          emitter.emit('event');
          emitter.removeListener('event', listener);
          return [calls.length, emitter.listenerCount('event')];
        },
        () => new Forwarding(),
      );
    }
  });
});

const libraries: Readonly<Record<string, () => unknown>> = {
  eventemitter3: () => new EventEmitter3(),
  'component-emitter': () => new ComponentEmitter(),
};

interface LibraryEmitter {
  on(event: string, listener: () => void): void;
  once(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
  emit(event: string): void;
  listeners(event: string): unknown[];
}

for (const [name, create] of Object.entries(libraries)) {
  it(`binds the listeners of an emitter of ${name}, and removes them`, () => {
    const emitter = bind(create()) as LibraryEmitter;
    for (const add of ['on', 'once'] as const) {
      const seen: unknown[] = [];
      const listener = () => seen.push(read());
      emitter[add]('event', listener);
      emitter.emit('event');
      assert.deepEqual(seen, ['bound']);
      emitter.off('event', listener);
      assert.equal(emitter.listeners('event').length, 0, `${add}() and emit()`);
      emitter[add]('event', listener);
      emitter.off('event', listener);
      assert.equal(emitter.listeners('event').length, 0, `${add}() without emit()`);
    }
  });
}
