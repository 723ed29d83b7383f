/** The spans of one checkout, and which of them have a wrong parent. */
import type { StartedSpan } from '../flow/messages.js';
import { EXPECTED_PARENTS } from './expected-parents.js';

/** A span as the page shows it. */
export interface TracedSpan extends StartedSpan {
  /** The span of this checkout that is its parent. */
  readonly parent: TracedSpan | undefined;
  /** The name of the span that is missing as its parent; undefined if the parent is right. */
  readonly missingParent: string | undefined;
  /** The number of spans above this one. */
  readonly depth: number;
  /** Milliseconds since the epoch; undefined while the span is open. */
  endTime: number | undefined;
}

/** Shows the spans of a checkout, in the order in which they start. */
export interface TraceView {
  draw(spans: readonly TracedSpan[]): void;
}

export class Trace {
  readonly spans: TracedSpan[] = [];

  add(started: StartedSpan): TracedSpan {
    const parent = this.#find(started.parentId);
    const expected = EXPECTED_PARENTS[started.name];
    const span: TracedSpan = {
      ...started,
      parent,
      missingParent: parent?.name === expected ? undefined : expected,
      depth: parent === undefined ? 0 : parent.depth + 1,
      endTime: undefined,
    };
    this.spans.push(span);
    return span;
  }

  end(spanId: string, endTime: number): void {
    const span = this.#find(spanId);
    if (span !== undefined) span.endTime = endTime;
  }

  #find(spanId: string | undefined): TracedSpan | undefined {
    return this.spans.find((span) => span.spanId === spanId);
  }
}
