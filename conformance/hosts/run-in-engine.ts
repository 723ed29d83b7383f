/** Runs all cases in a JavaScript engine without a runtime around it. */
import { type EngineName, evaluateInEngine } from '../engines/engines.js';
import type { PortableMode } from '../implementations.js';
import { bundleCases } from './bundle-cases.js';
import type { CaseResult } from './run-cases.js';

export async function runInEngine(engine: EngineName, mode: PortableMode): Promise<readonly CaseResult[]> {
  return (await evaluateInEngine(engine, await bundleCases(mode, 'engine-host'))) as readonly CaseResult[];
}
