/** Sets up OpenTelemetry, starts a checkout for each click that the page posts, and posts back its spans. */

import { context, type Tracer } from '@opentelemetry/api';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { contextManager } from 'context-manager';
import { checkout } from './checkout.js';
import type { ClickMessage, FlowMessage } from './messages.js';

if (contextManager !== undefined) context.setGlobalContextManager(contextManager.enable());

function post(message: FlowMessage): void {
  parent.postMessage(message, location.origin);
}

function milliseconds([seconds, nanoseconds]: ReadableSpan['startTime']): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Each checkout has a tracer of its own, whose spans are those of the flow, whatever the active context is. */
function createTracer(flowId: number): Tracer {
  const processor = {
    onStart(span: ReadableSpan) {
      post({
        kind: 'start',
        flowId,
        spanId: span.spanContext().spanId,
        parentId: span.parentSpanContext?.spanId,
        name: span.name,
        startTime: milliseconds(span.startTime),
      });
    },
    onEnd(span: ReadableSpan) {
      post({ kind: 'end', flowId, spanId: span.spanContext().spanId, endTime: milliseconds(span.endTime) });
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  return new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('shop');
}

addEventListener('message', ({ data, source }: MessageEvent<ClickMessage>) => {
  if (source !== parent) return;
  const { flowId } = data;
  const pauses = data.pauses.values();
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, pauses.next().value));
  checkout(createTracer(flowId), pause).then(
    () => post({ kind: 'done', flowId }),
    (error: unknown) => post({ kind: 'failure', flowId, reason: String(error) }),
  );
});

// The page checks for this attribute when the iframe has loaded.
document.documentElement.dataset.state = 'ready';
