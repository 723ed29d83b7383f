/** The page of the inspector. */
import { matchesFilter, parseFilter } from '../flow-filter.js';
import type { Snapshot } from '../snapshot.js';
import { startColorScheme } from './color-scheme.js';
import { find, setText } from './elements.js';
import { FilterForm } from './filter-form.js';
import { showFindings } from './finding-list.js';
import { FlowDetails } from './flow-details.js';
import { FlowList } from './flow-list.js';
import { LiveFlows } from './live-flows.js';
import { countText, durationText } from './texts.js';

const pause = find('pause', HTMLButtonElement);
const status = find('status', HTMLElement);

let isPaused = false;
let last: Snapshot | undefined;

const list = new FlowList((id) => {
  select(details.id === id ? undefined : id);
  if (details.id !== undefined) details.focus();
});
const details = new FlowDetails({
  onSelect(id) {
    select(id);
  },
  onClose: closeDetails,
});
const filters = new FilterForm(() => {
  find('export', HTMLAnchorElement).href = `trace.json?${filters.parameters}`;
  live.open(filters.parameters, isPaused);
  if (isPaused && last !== undefined) show(last);
});
const live = new LiveFlows({
  onSnapshot(snapshot) {
    last = snapshot;
    show(snapshot);
  },
  onProblem: (text) => setText(find('problem', HTMLElement), text),
});

pause.addEventListener('click', () => {
  isPaused = !isPaused;
  setText(pause, isPaused ? 'Resume' : 'Pause');
  setText(status, isPaused ? `Paused at ${new Date().toLocaleTimeString('en', { hour12: false })}` : '');
  live.open(filters.parameters, isPaused);
});
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape' && details.id !== undefined) closeDetails();
});
startColorScheme();
live.open(filters.parameters, isPaused);

function select(id: number | undefined): void {
  details.select(id);
  list.select(id);
  if (last !== undefined) details.show(last);
}

/** Returns the focus to the row of the flow, where it was before. */
function closeDetails(): void {
  const { id } = details;
  select(undefined);
  if (id !== undefined) list.focus(id);
}

function show(received: Snapshot): void {
  const snapshot = isPaused ? filtered(received) : received;
  const { totals, process, findings, now } = snapshot;
  setText(find('process', HTMLElement), `${process.title} · process ${process.pid} · ${process.runtime}`);
  setText(find('live', HTMLElement), totals.live.toLocaleString('en'));
  setText(find('oldest', HTMLElement), totals.oldest === null ? '–' : durationText(now - totals.oldest));
  setText(find('finished', HTMLElement), totals.finished.toLocaleString('en'));
  const count = find('findings-count', HTMLElement);
  setText(count, findings.length.toLocaleString('en'));
  count.className = findings.length === 0 ? 'good' : 'bad';
  filters.show(received);
  showFindings(snapshot);
  list.show(snapshot);
  details.show(snapshot);
  showEmpty(snapshot);
  if (!isPaused) setText(status, statusText(snapshot));
}

/** Applies the filter to what was received before the page was paused. */
function filtered(snapshot: Snapshot): Snapshot {
  const filter = parseFilter(filters.parameters);
  const groups = snapshot.groups.map((group) => {
    const flows = group.flows.filter((flow) =>
      matchesFilter(flow, filter, snapshot.now, (key) => snapshot.places[key]),
    );
    return { ...group, flows, more: flows.length < group.flows.length ? 0 : group.more };
  });
  return { ...snapshot, groups: groups.filter(({ flows }) => flows.length > 0) };
}

function statusText({ totals, moreGroups }: Snapshot): string {
  const texts: string[] = [];
  if (totals.hidden > 0)
    texts.push(`${countText(totals.hidden, 'live flow does', 'live flows do')} not match the filter`);
  if (moreGroups > 0) texts.push(`${countText(moreGroups, 'more place', 'more places')} with fewer flows`);
  if (totals.unrecorded > 0)
    texts.push(`${countText(totals.unrecorded, 'flow was', 'flows were')} too many to be recorded`);
  return texts.join(' · ');
}

function showEmpty({ groups, totals }: Snapshot): void {
  find('empty', HTMLElement).hidden = groups.length > 0;
  if (groups.length > 0) return;
  const hasFilter = [...filters.parameters].length > 0;
  setText(find('empty-title', HTMLElement), hasFilter ? 'No flow matches' : 'No live flows');
  setText(
    find('empty-text', HTMLElement),
    hasFilter
      ? `${countText(totals.hidden, 'live flow does', 'live flows do')} not match the filter.`
      : 'A flow is shown here when the program calls run() or enterWith() of an AsyncLocalStorage.',
  );
}
