/**
 * The cases in Node: with this package's manager, and with OpenTelemetry's own, so that they demand nothing that it does
 * not do.
 */
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import type { ContextManager } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ThroughlineContextManager } from '@throughline/opentelemetry';
import { type AttachingManager, contextManagerCases } from './context-manager-cases.js';

const managers: Readonly<Record<string, new () => ContextManager>> = {
  ThroughlineContextManager,
  AsyncLocalStorageContextManager,
};

for (const [name, Manager] of Object.entries(managers)) {
  describe(name, () => {
    const create = () => new Manager().enable() as AttachingManager;
    for (const { name: title, isBeyondPeer, run } of contextManagerCases(create, () => new EventEmitter())) {
      if (isBeyondPeer && Manager === AsyncLocalStorageContextManager) continue;
      it(title, async () => run(create()));
    }
  });
}
