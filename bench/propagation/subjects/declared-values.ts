/** Five declared values, sent and received in a process in which OpenTelemetry has a propagator. */
import { context, type TextMapPropagator } from '@opentelemetry/api';
import { extract, inject, Propagated } from '@throughline/propagation';
import { NAMES, type PropagationSubject } from './propagation-subject.js';
import { tracedContext, useOpenTelemetry } from './traced-flow.js';

const TRUSTED = { trust: true, scope: false } as const;

export function declaredValues(propagator: TextMapPropagator): PropagationSubject {
  useOpenTelemetry(propagator);
  const storages = NAMES.map((name) => new Propagated<string>(name));
  const readFive = () => storages.map((storage) => storage.get());
  return {
    runWith(values, fn) {
      const enter = (index: number): void => {
        const storage = storages[index];
        if (storage === undefined) context.with(tracedContext, fn);
        else storage.run(values[index] ?? '', enter, index + 1);
      };
      enter(0);
    },
    inject: (carrier) => void inject(carrier),
    extract: (carrier) => void extract(carrier, TRUSTED),
    receive: (carrier) => extract(carrier, TRUSTED).run(readFive),
  };
}
