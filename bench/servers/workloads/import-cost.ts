/**
 * Processor time and memory of a Node process that imports a package, or an empty module if the subject tracks nothing. A
 * figure is the lowest of several processes, because other programs of the machine can only add to it.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SampleBudget } from '../../suite/sample-budget.js';
import type { Subject } from '../../suite/subject.js';

interface ImportCost {
  /** Nanoseconds. */
  readonly processorTime: number;
  /** Bytes. */
  readonly memory: number;
}

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export function measureImport(specifier: string, { isTracking }: Subject, { lapCount }: SampleBudget): ImportCost {
  const args = [pathOf('./import-program.js'), isTracking ? specifier : pathOf('./empty-module.js')];
  const costs = Array.from({ length: lapCount }, (): ImportCost => {
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`The process exited with code ${status}.\n${stderr}`);
    // import-program.ts prints this object.
    return JSON.parse(stdout) as ImportCost;
  });
  return {
    processorTime: Math.min(...costs.map(({ processorTime }) => processorTime)) * 1000,
    memory: Math.min(...costs.map(({ memory }) => memory)),
  };
}
