import { requireEntry } from '../../measure/require-entry.js';
import type { ContextSubject } from './context-subject.js';

/** By their names in context-suite.ts. */
const LOADERS: Readonly<Record<string, () => Promise<{ readonly subject: ContextSubject }>>> = {
  throughline: () => import('./throughline-contexts.js'),
  'async-local-storage': () => import('./async-local-storage-contexts.js'),
  zone: () => import('./zone-contexts.js'),
};

/** Loads one manager and none of the others: zone.js patches Node when it is imported. */
export async function loadContextSubject(name: string | undefined): Promise<ContextSubject> {
  const { subject } = await requireEntry(LOADERS, name)();
  return subject;
}
