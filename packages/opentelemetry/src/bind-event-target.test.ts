/**
 * Compares a bound target under unusual use with one that is not bound. Both must do the same, except for the context.
 */
import assert from 'node:assert/strict';
import { EventEmitter, getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { ThroughlineContextManager } from './context-manager.js';

const KEY = createContextKey('test');
const manager = new ThroughlineContextManager();
const read = () => manager.active().getValue(KEY);
const bind = <T>(target: T): T => manager.bind(ROOT_CONTEXT.setValue(KEY, 'bound'), target);
const dispatch = (target: EventTarget) => target.dispatchEvent(new Event('event'));

/** Runs a program with a target that is bound, and with one that is not, and compares what it returns. */
function compare(program: (target: EventTarget) => unknown): void {
  assert.deepEqual(program(bind(new EventTarget())), program(new EventTarget()));
}

describe('a bound EventTarget', () => {
  it('has a listener for both phases, which are removed one by one', () => {
    compare((target) => {
      const calls: number[] = [];
      const listener = () => calls.push(1);
      target.addEventListener('event', listener);
      target.addEventListener('event', listener, true);
      target.addEventListener('event', listener, { capture: true });
      const counts: number[] = [];
      for (const remove of [
        () => {},
        () => target.removeEventListener('event', listener, true),
        () => target.removeEventListener('event', listener),
      ]) {
        remove();
        dispatch(target);
        counts.push(calls.splice(0).length);
      }
      return counts;
    });
  });

  it('removes listeners of a signal, of once, and those of a signal that is aborted already', () => {
    compare((target) => {
      const calls: string[] = [];
      const controller = new AbortController();
      target.addEventListener('event', () => calls.push('signal'), { signal: controller.signal });
      target.addEventListener('event', () => calls.push('once'), { once: true, passive: true });
      target.addEventListener('event', () => calls.push('aborted'), { signal: AbortSignal.abort() });
      dispatch(target);
      controller.abort();
      dispatch(target);
      return calls;
    });
  });

  it('calls handleEvent as it is when the event is dispatched, with the object as this', () => {
    const target = bind(new EventTarget());
    const seen: unknown[] = [];
    const object = {
      handleEvent(this: unknown, event: Event) {
        seen.push('first', this === object, event.type, read());
      },
    };
    target.addEventListener('event', object);
    dispatch(target);
    object.handleEvent = () => seen.push('second', read());
    dispatch(target);
    target.removeEventListener('event', object);
    dispatch(target);
    assert.deepEqual(seen, ['first', true, 'event', 'bound', 'second', 'bound']);
  });

  it('has a listener once that was added before the binding and again after it, and removes it', () => {
    const target = new EventTarget();
    const seen: unknown[] = [];
    const listener = () => seen.push(read());
    target.addEventListener('event', listener);
    bind(target);
    target.addEventListener('event', listener);
    dispatch(target);
    assert.deepEqual(seen.splice(0), ['bound']);
    target.removeEventListener('event', listener);
    dispatch(target);
    assert.deepEqual(seen, []);
    assert.equal(getEventListeners(target, 'event').length, 0);
  });

  it('ignores null, throws what the class throws, and calls the listener with the target as this', () => {
    compare((target) => {
      const seen: unknown[] = [];
      target.addEventListener('event', null);
      target.removeEventListener('event', null);
      target.addEventListener('event', function (this: unknown) {
        seen.push(this === target);
      });
      dispatch(target);
      for (const wrong of [5, 'text', undefined]) {
        try {
          target.addEventListener('event', wrong as never);
          seen.push('accepted');
        } catch (error) {
          seen.push((error as { code: string }).code);
        }
      }
      return seen;
    });
  });

  it('can be an AbortSignal, and both an emitter and a target', () => {
    const controller = new AbortController();
    bind(controller.signal);
    const seen: unknown[] = [];
    controller.signal.addEventListener('abort', () => seen.push(read()), { once: true });
    controller.abort();
    class Both extends EventEmitter {
      readonly #target = new EventTarget();
      addEventListener(type: string, listener: () => void): void {
        this.#target.addEventListener(type, listener);
      }
      removeEventListener(type: string, listener: () => void): void {
        this.#target.removeEventListener(type, listener);
      }
      dispatchEvent(event: Event): boolean {
        return this.#target.dispatchEvent(event);
      }
    }
    const both = bind(new Both());
    const listener = () => seen.push(read());
    both.on('event', listener).emit('event');
    both.addEventListener('event', listener);
    dispatch(both);
    both.off('event', listener).emit('event');
    both.removeEventListener('event', listener);
    dispatch(both);
    assert.deepEqual(seen, ['bound', 'bound', 'bound']);
  });
});
