import type { ContextManager } from '@opentelemetry/api';
import { requireEntry } from '../../measure/require-entry.js';
import type { Storage } from '../../suite/subject.js';

/** A context manager, and what else holds values in a process that uses it. */
export interface ContextSubject {
  readonly manager: ContextManager;
  /** Creates a storage as the libraries in the process do. */
  makeStorage(): Storage;
}

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
