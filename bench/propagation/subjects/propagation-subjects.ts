import { requireEntry } from '../../measure/require-entry.js';
import type { PropagationSubject } from './propagation-subject.js';

/** By their names in propagation-suite.ts. */
const LOADERS: Readonly<Record<string, () => Promise<{ readonly subject: PropagationSubject }>>> = {
  throughline: () => import('./throughline-propagation.js'),
  composite: () => import('./composite-propagation.js'),
  both: () => import('./both-propagation.js'),
};

/** Loads one subject and none of the others: a process has one propagator. */
export async function loadPropagationSubject(name: string | undefined): Promise<PropagationSubject> {
  const { subject } = await requireEntry(LOADERS, name)();
  return subject;
}
