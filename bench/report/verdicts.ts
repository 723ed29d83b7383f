/** Whether the figures that were to be reached are. */

import { findCell, type Results } from '../measure/results.js';
import { differences, ratios, type Summary, summarize } from '../measure/statistics.js';
import type { Reference, Suite, Target } from '../suite/suite.js';
import { difference, ratioWithSpread, withSpread } from './figure-format.js';

export interface Verdict {
  readonly target: Target;
  readonly found: Summary;
  /** What was found, in words. */
  readonly shown: string;
  readonly reached: boolean;
}

function figuresOf(results: Results, workload: string, { subject, k }: Reference): readonly number[] | undefined {
  const measurement = results.workloads[workload];
  const cell = measurement && findCell(measurement, subject, k);
  return cell && cell.figures.length > 0 ? cell.figures : undefined;
}

/** A subject's figures, each against the one of its round. */
export function ratioOf(results: Results, workload: string, own: Reference, against: Reference): Summary | undefined {
  const figures = figuresOf(results, workload, own);
  const references = figuresOf(results, workload, against);
  return figures && references && ratios(figures, references);
}

/** The targets of this place and workload that were measured, each with what came out. */
export function verdicts(suite: Suite, results: Results, workload: string): Verdict[] {
  return suite.targets.flatMap((target) => {
    if (target.workload !== workload || target.places?.includes(results.runtime) === false) return [];
    const figures = figuresOf(results, workload, target);
    const references = target.against && figuresOf(results, workload, target.against);
    if (figures === undefined || (target.against !== undefined && references === undefined)) return [];
    return [judge(suite, target, figures, references)];
  });
}

function judge(suite: Suite, target: Target, figures: readonly number[], references?: readonly number[]): Verdict {
  const { bound } = target;
  const unit = suite.workloads[target.workload]?.unit ?? 'count';
  if ('atMostAbove' in bound) {
    const found = differences(figures, references ?? []);
    return { target, found, shown: difference(unit, found), reached: found.median <= bound.atMostAbove };
  }
  const found = references === undefined ? summarize(figures) : ratios(figures, references);
  const shown = references === undefined ? withSpread(unit, found) : ratioWithSpread(found);
  const reached = 'atMost' in bound ? found.median <= bound.atMost : found.median >= bound.atLeast;
  return { target, found, shown, reached };
}
