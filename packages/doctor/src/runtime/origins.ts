/**
 * The origin of the running code: the chain of places that made the asynchronous resources it runs in.
 *
 *     module level ── setInterval() at poller.js:9 ── fetch() at poller.js:3 ── the code that runs now
 *
 * Node calls a hook for each timer, promise, socket, request and so on, and passes the resource that is running.
 * Recording a place for each makes a program several times slower, so this is done on demand only.
 */
import { createHook, executionAsyncId } from 'node:async_hooks';
import { type Origin, withMaking } from './making.js';

const origins = new Map<number, Origin>();

export function recordOrigins(): void {
  createHook({
    init(asyncId, type, triggerAsyncId) {
      // Node makes the socket of a connection in no resource, but names its server as the trigger.
      const origin = origins.get(executionAsyncId()) ?? origins.get(triggerAsyncId) ?? [];
      const own = withMaking(origin, type);
      if (own.length > 0) origins.set(asyncId, own);
    },
    destroy(asyncId) {
      origins.delete(asyncId);
    },
  }).enable();
}

export function originOfNow(): Origin {
  return origins.get(executionAsyncId()) ?? [];
}
