/**
 * Takes snapshots of the flows: trees of flows inside flows, grouped by the place that opened the outermost one. However many
 * flows there are, a snapshot has a limited size; its counts include all of them.
 */
import { basename } from 'node:path';
import { type Place, placeOfFrame } from '../report/place.js';
import { shortPath } from '../report/short-path.js';
import { currentTime } from '../runtime/real-time.js';
import type { Frame } from '../runtime/stack.js';
import { FindingIndex } from './describe-found.js';
import type { FinishedFlow, FinishedWait, Flow, FoundInFlow, Wait } from './flow.js';
import { ALL_FLOWS, type FlowFilter, matchesFilter } from './flow-filter.js';
import {
  currentFlow,
  finishedFlows,
  finishWait,
  flowCounts,
  isRecordingWaits,
  liveFlows,
  waitsByFlow,
} from './flow-registry.js';
import { shownValue } from './redaction.js';
import type { FlowState, FlowView, GroupView, PlaceKey, PlaceView, Snapshot, WaitView } from './snapshot.js';
import { titleOfType, titleOfWait } from './wait-kinds.js';

export interface SnapshotLimits {
  readonly groups: number;
  /** Outermost flows of all groups together. */
  readonly flows: number;
  readonly inside: number;
  readonly waits: number;
}

const PAGE_LIMITS: SnapshotLimits = { groups: 25, flows: 240, inside: 12, waits: 8 };
/** A group with few flows leaves room for others, and each group has room for so many. */
const FLOWS_OF_GROUP = 10;
const GROUP_WAITS = 4;
/** Lines of code are cut: a bundle can have all of its code in one. */
const CODE_LENGTH = 160;
/** Milliseconds for which the findings are used again. */
const FINDINGS_AGE = 1000;
const KNOWN_PLACES = 5000;

const placeViews = new Map<PlaceKey, PlaceView>();
const storages = new Set<string>();
let findingIndex: FindingIndex | undefined;
let findingsTime = Number.NEGATIVE_INFINITY;

export function takeSnapshot(filter: FlowFilter = ALL_FLOWS, limits: SnapshotLimits = PAGE_LIMITS): Snapshot {
  return new SnapshotTaker(filter, limits).take();
}

/** A live flow, with the live flows inside it. */
interface FlowTree {
  readonly flow: Flow;
  readonly inside: FlowTree[];
  readonly state: FlowState;
}

interface Group {
  readonly place: PlaceKey | null;
  readonly storage: string;
  readonly trees: FlowTree[];
  readonly finished: FinishedFlow[];
}

class SnapshotTaker {
  readonly #filter: FlowFilter;
  readonly #limits: SnapshotLimits;
  readonly #now = currentTime();
  readonly #waits = waitsByFlow();
  readonly #current = currentFlow();
  readonly #index = recentFindings(this.#now);
  readonly #places: Record<PlaceKey, PlaceView> = {};

  constructor(filter: FlowFilter, limits: SnapshotLimits) {
    this.#filter = filter;
    this.#limits = limits;
  }

  take(): Snapshot {
    const flows = liveFlows();
    for (const { storage } of flows) storages.add(storage);
    const trees = this.#treesOf(flows);
    const groups = this.#groupsOf(trees).sort((a, b) => b.trees.length - a.trees.length);
    const shown = groups.slice(0, this.#limits.groups);
    const limit = Math.max(FLOWS_OF_GROUP, Math.floor(this.#limits.flows / Math.max(shown.length, 1)));
    const matching = groups.reduce((sum, group) => sum + group.trees.length, 0);
    const counts = flowCounts();
    return {
      process: {
        pid: process.pid,
        title: basename(process.argv[1] ?? process.title),
        runtime: `Node ${process.versions.node}`,
      },
      now: this.#now,
      isRecording: isRecordingWaits(),
      totals: {
        live: trees.length,
        finished: counts.finished,
        hidden: trees.length - matching,
        unrecorded: counts.unrecorded,
        oldest: trees[0]?.flow.startTime ?? null,
      },
      groups: shown.map((group) => this.#viewOfGroup(group, limit)),
      moreGroups: groups.length - shown.length,
      findings: this.#index.findings,
      storages: [...storages].sort(),
      places: this.#places,
    };
  }

  /** Returns the outermost flows. A flow whose outer flow is no longer live is one of them. */
  #treesOf(flows: readonly Flow[]): FlowTree[] {
    const insideOf = new Map<Flow, FlowTree[]>();
    const outermost: FlowTree[] = [];
    // A flow inside another one was opened later, so it comes first here.
    for (const flow of [...flows].reverse()) {
      const inside = insideOf.get(flow)?.reverse() ?? [];
      const tree = { flow, inside, state: this.#stateOf(flow, inside) };
      const { outer } = flow;
      if (outer?.isLive !== true) outermost.push(tree);
      else if (insideOf.get(outer)?.push(tree) === undefined) insideOf.set(outer, [tree]);
    }
    return outermost.reverse();
  }

  #stateOf(flow: Flow, inside: readonly FlowTree[]): FlowState {
    if (flow === this.#current || inside.some(({ state }) => state === 'running')) return 'running';
    if (flow.waiting > 0 || inside.some(({ state }) => state === 'waiting')) return 'waiting';
    return flow.holding > 0 || inside.some(({ state }) => state === 'held') ? 'held' : 'idle';
  }

  #groupsOf(trees: readonly FlowTree[]): Group[] {
    const groups = new Map<string, Group>();
    const groupOf = (storage: string, frame: Frame | undefined): Group => {
      const place = this.#keyOf(frame);
      const key = `${place} ${storage}`;
      let group = groups.get(key);
      if (group === undefined) {
        group = { place, storage, trees: [], finished: [] };
        groups.set(key, group);
      }
      return group;
    };
    const hasFilter = this.#filter !== ALL_FLOWS;
    for (const tree of trees) {
      if (hasFilter && !this.#matches(this.#viewOfTree(tree))) continue;
      groupOf(tree.flow.storage, tree.flow.place.read()).trees.push(tree);
    }
    for (const flow of finishedFlows()) {
      if (hasFilter && !this.#matches(this.#viewOfFinished(flow))) continue;
      groupOf(flow.storage, flow.frame).finished.push(flow);
    }
    return [...groups.values()];
  }

  #matches(view: FlowView): boolean {
    return matchesFilter(view, this.#filter, this.#now, (key) => placeViews.get(key));
  }

  #viewOfGroup({ place, storage, trees, finished }: Group, limit: number): GroupView {
    const states: Record<FlowState, number> = { running: 0, waiting: 0, held: 0, idle: 0, finished: finished.length };
    for (const { state } of trees) states[state]++;
    const waits = new Map<string, Omit<WaitView, 'start' | 'end'> & { count: number }>();
    for (const tree of trees) {
      const wait = this.#firstWaitOf(tree);
      if (wait === undefined) continue;
      const { kind, type } = wait;
      const place = this.#keyOf(wait.place.read());
      const key = `${type} ${place}`;
      const known = waits.get(key);
      // The times of timers differ, and their line is the same.
      if (known === undefined) waits.set(key, { kind, title: titleOfType(type), place, count: 1 });
      else known.count++;
    }
    // Flows of which nothing is known may have finished.
    const isKnown = ({ flow, state }: FlowTree) => flow.recording > 0 || state !== 'idle';
    const shownLive = [...trees.filter(isKnown), ...trees.filter((tree) => !isKnown(tree))].slice(0, limit);
    // Both have room, if there are many of both.
    const shownFinished = finished.slice(-Math.max(FLOWS_OF_GROUP, limit - shownLive.length));
    const flows = [
      ...shownLive.map((tree) => this.#viewOfTree(tree)),
      ...shownFinished.reverse().map((flow) => this.#viewOfFinished(flow)),
    ];
    return {
      place,
      storage,
      live: trees.length,
      states,
      oldest: trees[0]?.flow.startTime ?? null,
      waits: [...waits.values()].sort((a, b) => b.count - a.count).slice(0, GROUP_WAITS),
      findings: new Set(flows.flatMap(findingsOf)).size,
      flows,
      more: trees.length + finished.length - flows.length,
    };
  }

  /** The wait that says most about a flow: the latest one that is not a promise, or else the latest one. */
  #firstWaitOf({ flow, inside }: FlowTree): Wait | undefined {
    const pending = this.#waits.get(flow)?.filter(({ isHolding }) => !isHolding) ?? [];
    const own = pending.findLast(({ kind }) => kind !== 'promise') ?? pending.at(-1);
    if (own !== undefined && own.kind !== 'promise') return own;
    for (const tree of inside) {
      const wait = this.#firstWaitOf(tree);
      if (wait !== undefined) return wait;
    }
    return own;
  }

  #viewOfTree({ flow, inside, state }: FlowTree): FlowView {
    const { inside: limit } = this.#limits;
    const finished = flow.finishedInside.slice(-Math.max(0, limit - inside.length));
    return {
      id: flow.id,
      storage: flow.storage,
      value: shownValue(flow.storage, flow.value),
      place: this.#keyOf(flow.place.read()),
      state,
      start: flow.startTime,
      end: null,
      waits: this.#viewsOfWaits(this.#waits.get(flow) ?? []),
      ended: flow.endedWaits.map((wait) => this.#viewOfFinishedWait(finishWait(wait))),
      inside: [
        ...inside.slice(0, limit).map((tree) => this.#viewOfTree(tree)),
        ...finished.map((inner) => this.#viewOfFinished(inner)),
      ],
      moreInside: Math.max(0, inside.length - limit) + flow.finishedInside.length - finished.length,
      findings: this.#viewsOfFindings(flow.findings),
      isRecorded: flow.recording > 0,
    };
  }

  #viewOfFinished(flow: FinishedFlow): FlowView {
    return {
      id: flow.id,
      storage: flow.storage,
      value: flow.value,
      place: this.#keyOf(flow.frame),
      state: 'finished',
      start: flow.startTime,
      end: flow.endTime,
      waits: [],
      ended: flow.waits.map((wait) => this.#viewOfFinishedWait(wait)),
      inside: flow.inside.map((inner) => this.#viewOfFinished(inner)),
      moreInside: 0,
      findings: this.#viewsOfFindings(flow.findings),
      isRecorded: true,
    };
  }

  /** Waits that look the same are shown once. So is the promise of a timer that a line awaits. */
  #viewsOfWaits(waits: readonly Wait[]): WaitView[] {
    const views = new Map<string, WaitView>();
    const lines = new Set<string>();
    for (const wait of waits.slice(-this.#limits.waits * 4).reverse()) {
      const view = this.#viewOfWait(wait);
      const key = `${view.title} ${view.place}`;
      const known = views.get(key);
      views.set(key, known === undefined ? view : { ...known, start: view.start, count: known.count + 1 });
      if (view.kind !== 'promise') lines.add(this.#lineOf(view.place));
    }
    const all = [...views.values()];
    const told = all.filter(
      ({ kind, place }) => kind !== 'promise' || (place !== null && !lines.has(this.#lineOf(place))),
    );
    // A promise whose place is not known says something only if nothing else does.
    return (told.length > 0 ? told : all).slice(0, this.#limits.waits);
  }

  #lineOf(place: PlaceKey | null): string {
    const view = place === null ? undefined : this.#places[place];
    return view === undefined ? '' : `${view.file}:${view.line}`;
  }

  #viewOfWait({ kind, type, timer, place, startTime }: Wait): WaitView {
    const title = titleOfWait(type, timer);
    return { kind, title, place: this.#keyOf(place.read()), start: startTime, end: null, count: 1 };
  }

  #viewOfFinishedWait({ kind, title, frame, startTime, endTime }: FinishedWait): WaitView {
    return { kind, title, place: this.#keyOf(frame), start: startTime, end: endTime, count: 1 };
  }

  #viewsOfFindings(found: readonly FoundInFlow[]): FlowView['findings'] {
    return found.flatMap(({ record, time }) => this.#index.indexesOf(record).map((finding) => ({ finding, time })));
  }

  #keyOf(frame: Frame | undefined): PlaceKey | null {
    if (frame?.file === undefined) return null;
    const key = `${frame.file}:${frame.line}:${frame.column}`;
    let view = placeViews.get(key);
    if (view === undefined) {
      const place = placeOfFrame(frame);
      if (place === undefined) return null;
      if (placeViews.size >= KNOWN_PLACES) placeViews.clear();
      view = viewOfPlace(place);
      placeViews.set(key, view);
    }
    this.#places[key] = view;
    return key;
  }
}

function viewOfPlace({ file, line, column, code }: Place): PlaceView {
  return { file: shortPath(file), line, column, code: code?.slice(0, CODE_LENGTH) ?? null };
}

function recentFindings(now: number): FindingIndex {
  if (findingIndex === undefined || now - findingsTime > FINDINGS_AGE) {
    findingIndex = new FindingIndex();
    findingsTime = now;
  }
  return findingIndex;
}

function findingsOf({ findings, inside }: FlowView): number[] {
  return [...findings.map(({ finding }) => finding), ...inside.flatMap(findingsOf)];
}
