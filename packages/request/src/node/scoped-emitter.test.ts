import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { Scope, scopeStorage, tryGetRequestScope } from '../scope/request-scope.js';
import { runListenersInScope } from './scoped-emitter.js';

describe('runListenersInScope()', () => {
  it('calls an emit() that replaced the inherited one before, in the scope', () => {
    const emitter = new EventEmitter();
    const emitted: string[] = [];
    const { emit } = emitter;
    emitter.emit = function (event: string, ...args: unknown[]) {
      emitted.push(`${event} ${tryGetRequestScope()?.id}`);
      return emit.call(this, event, ...args);
    };
    const received: string[] = [];
    emitter.on('news', (news) => received.push(`${news} ${tryGetRequestScope()?.id}`));
    runListenersInScope(emitter, new Scope('one', 'GET', '/'));
    assert.equal(emitter.emit('news', 'good'), true);
    assert.equal(emitter.emit('nothing'), false);
    assert.deepEqual([emitted, received], [['news one', 'nothing one'], ['good one']]);
    runListenersInScope(emitter, new Scope('two', 'GET', '/'));
    scopeStorage.run(new Scope('other', 'GET', '/'), () => emitter.emit('news', 'bad'));
    assert.deepEqual(received, ['good one', 'bad two']);
    assert.equal(tryGetRequestScope(), undefined);
  });

  it('does not replace an emit() that is set afterwards, and restores the frame after an error', () => {
    const emitter = new EventEmitter();
    runListenersInScope(emitter, new Scope('one', 'GET', '/'));
    const { emit } = emitter;
    let calls = 0;
    emitter.emit = function (event: string, ...args: unknown[]) {
      calls++;
      return emit.call(this, event, ...args);
    };
    emitter.on('fails', () => {
      throw new Error(tryGetRequestScope()?.id);
    });
    assert.throws(() => emitter.emit('fails'), { message: 'one' });
    assert.deepEqual([calls, tryGetRequestScope()], [1, undefined]);
  });
});
