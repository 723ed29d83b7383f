/** Which flows are shown. */
import { FLOW_STATES, type FlowState, type FlowView, type PlaceView } from './snapshot.js';
import { WAIT_KINDS, type WaitKind } from './wait-kinds.js';

export interface FlowFilter {
  /** In the name of the storage, the value, or a place. Letter case does not matter. */
  readonly text: string;
  readonly storage: string | undefined;
  /** Milliseconds. */
  readonly olderThan: number;
  readonly waitsFor: WaitKind | undefined;
  readonly state: FlowState | 'live' | undefined;
}

export const ALL_FLOWS: FlowFilter = {
  text: '',
  storage: undefined,
  olderThan: 0,
  waitsFor: undefined,
  state: undefined,
};

/** Reads a filter from the parameters of a URL. What is not valid is ignored. */
export function parseFilter(parameters: URLSearchParams): FlowFilter {
  const olderThan = Number(parameters.get('older'));
  const waitsFor = parameters.get('waits');
  const state = parameters.get('state');
  return {
    text: (parameters.get('text') ?? '').slice(0, 200).toLowerCase(),
    storage: parameters.get('storage') || undefined,
    olderThan: olderThan > 0 ? olderThan : 0,
    waitsFor: WAIT_KINDS.find((kind) => kind === waitsFor),
    state: (['live', ...FLOW_STATES] as const).find((name) => name === state),
  };
}

/**
 * Whether a flow, or one inside it, matches.
 * @param placeOf returns the place with a key
 */
export function matchesFilter(
  flow: FlowView,
  filter: FlowFilter,
  now: number,
  placeOf: (key: string) => PlaceView | undefined,
): boolean {
  const { storage, olderThan, waitsFor, state, text } = filter;
  const isOwnMatch =
    (storage === undefined || flow.storage === storage) &&
    (flow.end ?? now) - flow.start >= olderThan &&
    (waitsFor === undefined || flow.waits.some(({ kind }) => kind === waitsFor)) &&
    (state === undefined || (state === 'live' ? flow.state !== 'finished' : flow.state === state)) &&
    (text === '' || [...textsOf(flow, placeOf)].some((own) => own.toLowerCase().includes(text)));
  return isOwnMatch || flow.inside.some((inner) => matchesFilter(inner, filter, now, placeOf));
}

function* textsOf(flow: FlowView, placeOf: (key: string) => PlaceView | undefined): Generator<string> {
  yield `#${flow.id} ${flow.storage}`;
  yield flow.value;
  for (const key of [flow.place, ...flow.waits.map(({ place }) => place)]) {
    const place = key === null ? undefined : placeOf(key);
    if (place !== undefined) yield `${place.file}:${place.line}:${place.column} ${place.code ?? ''}`;
  }
  for (const { title } of flow.waits) yield title;
}
