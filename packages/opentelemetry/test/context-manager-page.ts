/**
 * A page that runs the cases of context managers. `globalThis.result` settles to the number of cases, and to the names of
 * those that failed with their reasons.
 */

import { ThroughlineContextManager } from '@throughline/opentelemetry';
import { EventEmitter } from 'events';
import { contextManagerCases } from './context-manager-cases.js';

const create = () => new ThroughlineContextManager().enable();
const cases = contextManagerCases(create, () => new EventEmitter());

async function main(): Promise<{ count: number; wrong: string[] }> {
  const wrong: string[] = [];
  for (const { name, run } of cases) {
    try {
      await run(create());
    } catch (error) {
      wrong.push(`${name}: ${error}`);
    }
  }
  return { count: cases.length, wrong };
}

Object.assign(globalThis, { result: main() });
