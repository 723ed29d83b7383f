/** The manager for pages, with zone.js for Node. The patches must come before all other code. */
import 'zone.js/node';
import { AsyncLocalStorage } from 'node:async_hooks';
import { ZoneContextManager } from '@opentelemetry/context-zone-peer-dep';
import type { ContextSubject } from './context-subject.js';

export const subject: ContextSubject = {
  manager: new ZoneContextManager().enable(),
  makeStorage: () => new AsyncLocalStorage<object>(),
};
