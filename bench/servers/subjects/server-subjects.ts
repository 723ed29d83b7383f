import { pick } from '../../measure/require-entry.js';
import type { Subject } from '../../suite/subject.js';

const SUBJECTS: Readonly<Record<string, () => Promise<{ readonly subject: Subject }>>> = {
  throughline: () => import('./throughline-on-server.js'),
  native: () => import('./runtime-class.js'),
  'cls-hooked': () => import('./cls-hooked.js'),
  none: () => import('./no-tracking-on-server.js'),
};

/** Loads one subject, by its name in suite.ts, and none of the others: some cannot be undone once they run. */
export async function loadSubject(name: string): Promise<Subject> {
  const { subject } = await pick(SUBJECTS, name)();
  return subject;
}
