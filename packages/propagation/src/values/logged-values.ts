/**
 * The declared values in log lines. `logFields()` of `@throughline/request` calls the functions in an array of the global
 * object, so that neither package imports the other.
 */
import { type DeclaredValue, shared, UNSET } from '../shared-state.js';

/** The functions that add fields to a log line: see log-fields.ts of `@throughline/request`. */
const SOURCES = Symbol.for('@throughline/log-fields.1');

type LogSource = (fields: Record<string, string | number | boolean>) => void;

/** Marks the function, so that the second copy of this package adds none. */
const BRAND = Symbol.for('@throughline/propagation.log-source.1');

/** Makes `logFields()` contain the values that ask for it. */
export function addLogSource(): void {
  const holder = globalThis as { [SOURCES]?: LogSource[] };
  if (holder[SOURCES] === undefined) Object.defineProperty(holder, SOURCES, { value: [] });
  const sources = holder[SOURCES] as LogSource[];
  if (!sources.some((source) => BRAND in source)) sources.push(Object.assign(addLoggedValues, { [BRAND]: true }));
}

function addLoggedValues(fields: Record<string, string | number | boolean>): void {
  for (const value of shared.values.values()) {
    const { logName } = value.declaration;
    // A field that the request scope has is closer to the code of the request.
    if (logName === undefined || Object.hasOwn(fields, logName)) continue;
    const shown = shownInLogs(value);
    if (typeof shown === 'string' || typeof shown === 'number' || typeof shown === 'boolean') fields[logName] = shown;
  }
}

function shownInLogs({ storage, declaration }: DeclaredValue): unknown {
  const value = storage.getStore();
  if (value === UNSET || value === undefined) return undefined;
  try {
    return declaration.redact(value);
  } catch {
    // A log line must neither fail nor show what was to be redacted.
    return '[redact() threw]';
  }
}
