import { AsyncLocalStorage } from 'node:async_hooks';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { ContextSubject } from './context-subject.js';

export const subject: ContextSubject = {
  manager: new AsyncLocalStorageContextManager().enable(),
  makeStorage: () => new AsyncLocalStorage<object>(),
};
