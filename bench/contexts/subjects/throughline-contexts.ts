import { ThroughlineContextManager } from '@throughline/opentelemetry';
import { AsyncLocalStorage } from 'throughline';
import type { ContextSubject } from './context-subject.js';

export const subject: ContextSubject = {
  manager: new ThroughlineContextManager(),
  makeStorage: () => new AsyncLocalStorage<object>(),
};
