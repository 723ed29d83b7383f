import {
  type BaggageEntry,
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
} from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { NAMES, type PropagationSubject } from './propagation-subject.js';
import { tracedContext, useOpenTelemetry } from './traced-flow.js';

const composite = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});
useOpenTelemetry(composite);

function readFive(): readonly unknown[] {
  const baggage = propagation.getActiveBaggage();
  return NAMES.map((name) => baggage?.getEntry(name)?.value);
}

export const subject: PropagationSubject = {
  runWith(values, fn) {
    const entries = NAMES.map((name, index): [string, BaggageEntry] => [name, { value: values[index] ?? '' }]);
    const baggage = propagation.createBaggage(Object.fromEntries(entries));
    context.with(propagation.setBaggage(tracedContext, baggage), fn);
  },
  inject: (carrier) => propagation.inject(context.active(), carrier, defaultTextMapSetter),
  extract: (carrier) => void propagation.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter),
  receive: (carrier) => context.with(propagation.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter), readFive),
};
