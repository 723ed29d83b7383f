/** Runs the cases of context managers in a page, with the emitters of the package `events`. */
import { ThroughlineContextManager } from '@throughline/opentelemetry';
import { EventEmitter } from 'events';
import { contextManagerCases } from './context-manager-cases.js';

/** @returns the number of cases, and the names of those that failed with their reasons */
export async function runCases(): Promise<{ count: number; failed: string[] }> {
  const create = () => new ThroughlineContextManager().enable();
  const cases = contextManagerCases(create, () => new EventEmitter());
  const failed: string[] = [];
  for (const { name, run } of cases) {
    try {
      await run(create());
    } catch (error) {
      failed.push(`${name}: ${error}`);
    }
  }
  return { count: cases.length, failed };
}
