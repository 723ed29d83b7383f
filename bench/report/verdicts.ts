/** Compares results with the targets of their suite. */
import { findCell, type Results } from '../measure/results.js';
import { type Summary, summarize, summarizeDifferences, summarizeRatios } from '../measure/statistics.js';
import type { Reference, Suite, Target } from '../suite/suite.js';
import { formatDifference, formatRatioWithSpread, formatWithSpread } from './figure-format.js';

export interface Verdict {
  readonly target: Target;
  /** The figure, ratio or difference that the target bounds. */
  readonly measured: Summary;
  /** `measured` as text. */
  readonly measuredText: string;
  /** Whether the median is within the bound. */
  readonly isReached: boolean;
}

function figuresOf(results: Results, workload: string, key: Reference): readonly number[] | undefined {
  const measurement = results.workloads[workload];
  const cell = measurement && findCell(measurement, key.subject, key.storageCount);
  return cell && cell.figures.length > 0 ? cell.figures : undefined;
}

/** Divides a subject's figures by those of the reference, round by round. */
export function ratioToReference(
  results: Results,
  workload: string,
  subject: Reference,
  reference: Reference,
): Summary | undefined {
  const figures = figuresOf(results, workload, subject);
  const references = figuresOf(results, workload, reference);
  return figures && references && summarizeRatios(figures, references);
}

/** Returns a verdict for each target of this environment and workload whose figures exist. */
export function judgeTargets(suite: Suite, results: Results, workload: string): Verdict[] {
  return suite.targets.flatMap((target) => {
    if (target.workload !== workload || target.environments?.includes(results.environment) === false) return [];
    const figures = figuresOf(results, workload, target);
    const references = target.reference && figuresOf(results, workload, target.reference);
    if (figures === undefined || (target.reference !== undefined && references === undefined)) return [];
    return [judgeTarget(suite, target, figures, references)];
  });
}

function judgeTarget(
  suite: Suite,
  target: Target,
  figures: readonly number[],
  references?: readonly number[],
): Verdict {
  const { bound } = target;
  const unit = suite.workloads[target.workload]?.unit ?? 'count';
  if ('atMostAbove' in bound) {
    const measured = summarizeDifferences(figures, references ?? []);
    const isReached = measured.median <= bound.atMostAbove;
    return { target, measured, measuredText: formatDifference(unit, measured), isReached };
  }
  const measured = references === undefined ? summarize(figures) : summarizeRatios(figures, references);
  const measuredText = references === undefined ? formatWithSpread(unit, measured) : formatRatioWithSpread(measured);
  const isReached = 'atMost' in bound ? measured.median <= bound.atMost : measured.median >= bound.atLeast;
  return { target, measured, measuredText, isReached };
}
