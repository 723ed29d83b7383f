/**
 * Rule 4, for requests: their listeners run in the frame of the call that started the request, and so do those of its
 * upload. `fetch()` is a polyfill that makes such a request, and its promise needs nothing else.
 *
 * The native side reports a request with events of the device, in the root. Each calls a method of the request, which
 * dispatches the events that listeners see.
 */
import { current, runInFrame } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import { wrapCall } from '../web/patch.js';
import { patchGlobalWhenRead } from './lazy-properties.js';

/** The methods that start a request, or end it. The events that they dispatch are synchronous. */
const STARTERS = ['open', 'send', 'abort'];

/** The methods that are called for what the native side reports. They have had these names since 2015. */
const REPORTS = [
  '__didCreateRequest',
  '__didUploadProgress',
  '__didReceiveResponse',
  '__didReceiveData',
  '__didReceiveIncrementalData',
  '__didReceiveDataProgress',
  '__didCompleteResponse',
];

/** The frame of the latest call that started each request. */
const frames = new WeakMap<object, OpaqueFrame | undefined>();

/** Patches the class `XMLHttpRequest`. */
export function patchXMLHttpRequests(): void {
  patchGlobalWhenRead('XMLHttpRequest', () => {
    for (const method of STARTERS) {
      wrapCall('XMLHttpRequest.prototype', method, (call, self) => {
        frames.set(self as object, current.frame);
        return call();
      });
    }
    for (const method of REPORTS) {
      wrapCall('XMLHttpRequest.prototype', method, (call, self) => runInFrame(frames.get(self as object), call));
    }
  });
}
