import type { ContextManager } from '@opentelemetry/api';
import type { Storage } from '../../suite/subject.js';

/** A context manager, and what else holds values in a process that uses it. */
export interface ContextSubject {
  readonly manager: ContextManager;
  /** Creates a storage as the libraries in the process do. */
  makeStorage(): Storage;
}
