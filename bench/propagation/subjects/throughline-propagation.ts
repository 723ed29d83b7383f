import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { declaredValues } from './declared-values.js';

export const subject = declaredValues(new W3CTraceContextPropagator());
