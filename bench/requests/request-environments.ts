/** The Nodes that requests are measured on. */

import { type Runtime, wantedRuntimes } from '../measure/runtimes.js';
import type { Place, SampleAnswer, Session, Task } from '../suite/environment.js';
import { PACES, type Pace } from '../suite/sample-budget.js';
import { rateFigures, SOAK, soakFigures } from './request-suite.js';
import { FRAMEWORK_NAMES } from './servers/frameworks.js';
import { isVariant } from './subjects/variants.js';
import { measureRates } from './workloads/request-rates.js';
import { soakAll } from './workloads/request-soak.js';

export function requestPlaces(named: readonly Runtime[], withInstalled: boolean): Place[] {
  return wantedRuntimes(named, withInstalled)
    .filter(({ name }) => name.startsWith('node'))
    .map(({ name, command: [binary] }) => ({
      name: `requests-${name}`,
      startUpMs: 600,
      async open() {
        return sessionOn(binary);
      },
    }));
}

function sessionOn(binary: string): Session {
  return {
    // Each answer of a sample is looked at, so there is nothing to check before.
    check: async () => ({ figures: {}, version: '' }),
    sample: async (task) => (await sampleTogether(binary, [task]))[0] ?? { lost: 'no answer', version: '' },
    sampleTogether: (tasks) => sampleTogether(binary, tasks),
    async close() {},
  };
}

/** @param tasks of one workload */
async function sampleTogether(binary: string, tasks: readonly Task[]): Promise<SampleAnswer[]> {
  const [first] = tasks;
  if (first === undefined) return [];
  const pace = PACES[first.pace];
  if (first.workload === SOAK) return [await soakAnswer(pace, binary)];
  const framework = FRAMEWORK_NAMES.find((name) => name === first.workload);
  if (framework === undefined) throw new Error(`${first.workload} is no workload of this suite`);
  const variants = tasks.map(({ subject }) => subject).filter(isVariant);
  const outcomes = await measureRates(framework, variants, binary, pace);
  return variants.map((variant) => {
    const outcome = outcomes.get(variant);
    if (outcome === undefined) throw new Error(`${framework}, ${variant} was not measured`);
    if ('lost' in outcome) return outcome;
    return { version: outcome.version, figures: rateFigures(framework, outcome.rate, outcome.cost) };
  });
}

async function soakAnswer(pace: Pace, binary: string): Promise<SampleAnswer> {
  const soaked = await soakAll(FRAMEWORK_NAMES, pace.flows, binary);
  const [first] = soaked.values();
  return { version: first?.version ?? '', figures: soakFigures(soaked) };
}
