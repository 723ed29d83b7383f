import { requireEntry } from '../../measure/require-entry.js';
import type { Subject } from '../../suite/subject.js';

/**
 * By their names in server-suite.ts. Throughline is measured in two more forms: `registered` in a process that has loaded
 * `throughline/register`, and `variables` with AsyncContext.Variable.
 */
const LOADERS: Readonly<Record<string, () => Promise<{ readonly subject: Subject }>>> = {
  throughline: () => import('./throughline-on-server.js'),
  registered: () => import('./registered-class.js'),
  variables: () => import('./context-variables.js'),
  native: () => import('./runtime-class.js'),
  'cls-hooked': () => import('./cls-hooked.js'),
  none: () => import('./no-tracking-on-server.js'),
};

/** Loads one subject and none of the others: some of them enable hooks on import, which cannot be undone. */
export async function loadServerSubject(name: string | undefined): Promise<Subject> {
  const { subject } = await requireEntry(LOADERS, name)();
  return subject;
}
