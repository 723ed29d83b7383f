/** Numbers, times and places as texts. */
import type { FlowView, PlaceKey, Snapshot, WaitView } from '../snapshot.js';

export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, milliseconds).toFixed(0)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((milliseconds % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function countText(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** What a flow waits for, with the file without its folders, and the line. Node itself has no place. */
export function waitText({ title, place: key }: Pick<WaitView, 'title' | 'place'>, { places }: Snapshot): string {
  const place = key === null ? undefined : places[key];
  return place === undefined ? title : `${title} · ${place.file.split(/[\\/]/).at(-1)}:${place.line}`;
}

export function placeText(key: PlaceKey | null, { places }: Snapshot): string {
  const place = key === null ? undefined : places[key];
  return place === undefined ? 'unknown place' : `${place.file}:${place.line}:${place.column}`;
}

export function codeText(key: PlaceKey | null, { places }: Snapshot): string {
  const place = key === null ? undefined : places[key];
  return place?.code?.trim() ?? '';
}

/** The wait that says most about a flow: the latest one that is not a promise, or else the latest one. */
export function firstWait(flow: FlowView): WaitView | undefined {
  const own = flow.waits.find(({ kind }) => kind !== 'promise');
  if (own !== undefined) return own;
  for (const inner of flow.inside) {
    const wait = inner.state === 'finished' ? undefined : firstWait(inner);
    if (wait !== undefined) return wait;
  }
  return flow.waits[0];
}

/** The wait that took longest of those that have ended, without promises if there are others. */
export function longestWait(flow: FlowView): WaitView | undefined {
  const length = ({ start, end }: WaitView) => (end ?? start) - start;
  const longest = (waits: readonly WaitView[]) => [...waits].sort((a, b) => length(b) - length(a))[0];
  const own = longest(flow.ended.filter(({ kind }) => kind !== 'promise'));
  const inside = flow.inside.flatMap((inner) => longestWait(inner) ?? []);
  return longest([...(own === undefined ? [] : [own]), ...inside]) ?? longest(flow.ended);
}

export function ageOf(flow: FlowView, now: number): number {
  return (flow.end ?? now) - flow.start;
}
