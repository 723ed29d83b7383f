/**
 * The timeline in the Trace Event Format, which Perfetto and the tools of Chromium open. A flow and each of its waits is a
 * pair of asynchronous events, `b` and `e`, with an id of its own, so that they may overlap. A finding is an instant.
 *
 * @see https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
import type { FlowView, Snapshot, WaitView } from './snapshot.js';

export interface TraceEvent {
  readonly ph: 'b' | 'e' | 'i' | 'M';
  readonly name: string;
  readonly cat?: string;
  /** Microseconds. */
  readonly ts?: number;
  readonly pid: number;
  readonly tid: number;
  readonly id?: string;
  /** The scope of an instant: `p` is the process. */
  readonly s?: 'p';
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface Trace {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly TraceEvent[];
}

export function traceOf(snapshot: Snapshot): Trace {
  const { pid, title } = snapshot.process;
  const events: TraceEvent[] = [
    { ph: 'M', name: 'process_name', pid, tid: pid, args: { name: title } },
    { ph: 'M', name: 'thread_name', pid, tid: pid, args: { name: 'flows' } },
  ];
  const add = (event: Omit<TraceEvent, 'pid' | 'tid'>) => events.push({ ...event, pid, tid: pid });
  const addSpan = (
    name: string,
    cat: string,
    id: string,
    start: number,
    end: number,
    args: TraceEvent['args'] & {},
  ) => {
    add({ ph: 'b', name, cat, id, ts: microseconds(start), args });
    add({ ph: 'e', name, cat, id, ts: microseconds(Math.max(start, end)) });
  };
  const addWait = (flow: FlowView, { title: name, place, start, end }: WaitView, index: number) =>
    addSpan(name, 'wait', `${flow.id}.${index}`, start, end ?? snapshot.now, {
      flow: flow.id,
      place: placeText(place, snapshot),
    });
  const addFlow = (flow: FlowView, outer: number | null) => {
    addSpan(`${flow.storage} ${flow.value}`, 'flow', `${flow.id}`, flow.start, flow.end ?? snapshot.now, {
      id: flow.id,
      outer,
      state: flow.state,
      place: placeText(flow.place, snapshot),
    });
    for (const [index, wait] of [...flow.ended, ...flow.waits].entries()) addWait(flow, wait, index);
    for (const { finding, time } of flow.findings) {
      const found = snapshot.findings[finding];
      if (found === undefined) continue;
      add({ ph: 'i', name: found.message, cat: 'finding', s: 'p', ts: microseconds(time), args: { flow: flow.id } });
    }
    for (const inner of flow.inside) addFlow(inner, flow.id);
  };
  for (const { flows } of snapshot.groups) for (const flow of flows) addFlow(flow, null);
  events.sort((a, b) => (a.ts ?? 0) - (b.ts ?? 0));
  return { displayTimeUnit: 'ms', traceEvents: events };
}

function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000);
}

function placeText(key: string | null, { places }: Snapshot): string | null {
  const place = key === null ? undefined : places[key];
  return place === undefined ? null : `${place.file}:${place.line}:${place.column}`;
}
