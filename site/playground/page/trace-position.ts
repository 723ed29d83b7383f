/** Finds the places of the program to which positions in the running code belong. */

import type { EncodedSourceMap } from '@jridgewell/remapping';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { ProgramPlace } from '../compile/program-error.js';
import type { CodePosition } from '../run/messages.js';

export type Tracer = (position: CodePosition | undefined) => ProgramPlace | undefined;

/** @returns a function that returns undefined for code that the program does not contain */
export function createTracer(map: EncodedSourceMap): Tracer {
  const traceMap = new TraceMap(map as ConstructorParameters<typeof TraceMap>[0]);
  return (position) => {
    if (position === undefined) return undefined;
    const { line, column } = originalPositionFor(traceMap, { line: position.line, column: position.column - 1 });
    return line === null ? undefined : { line, column: column + 1 };
  };
}
