/**
 * The list of flows: a group for each place that opened outermost flows, and a row for each flow, with its bar on a time scale
 * that all rows share. The arrow keys move between rows, so that Tab needs one step for all of them.
 */
import type { FlowView, GroupView, Snapshot, WaitView } from '../snapshot.js';
import { element, find, setText, syncChildren } from './elements.js';
import { ageOf, codeText, countText, durationText, firstWait, longestWait, placeText, waitText } from './texts.js';

/** Rows of a group that are shown until all are asked for. */
const FEW_LIVE = 8;
const FEW_FINISHED = 4;
/** Flows inside a flow that have rows of their own; the details list all. */
const SHOWN_INSIDE = 3;
/** The spans of the time scale, in milliseconds. It grows at once, and shrinks if everything fits into a third of it. */
const SPANS = [200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 1_800_000, 7_200_000, 86_400_000];
/** The part of the rows whose bars fit into the time scale. Those of some very old flows begin before it. */
const FITTING = 0.9;

interface Row {
  readonly flow: FlowView;
  readonly depth: number;
}

interface RowElement extends HTMLLIElement {
  readonly button: HTMLButtonElement;
}

interface GroupElements {
  readonly section: HTMLElement;
  readonly rows: Map<string, RowElement>;
  isCollapsed: boolean;
  isWhole: boolean;
}

export class FlowList {
  readonly #parent = find('groups', HTMLElement);
  readonly #sections = new Map<string, HTMLElement>();
  readonly #groups = new Map<HTMLElement, GroupElements>();
  readonly #onSelect: (id: number) => void;
  #span = SPANS[2] ?? 1000;
  #snapshot: Snapshot | undefined;
  #selected: number | undefined;

  constructor(onSelect: (id: number) => void) {
    this.#onSelect = onSelect;
    this.#parent.addEventListener('click', ({ target }) => {
      const button = target instanceof Element ? target.closest<HTMLElement>('button.row') : null;
      if (button?.dataset.id !== undefined) this.#onSelect(Number(button.dataset.id));
    });
    this.#parent.addEventListener('keydown', (event) => this.#moveFocus(event));
  }

  show(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#span = this.#nextSpan(snapshot);
    syncChildren(
      this.#parent,
      this.#sections,
      snapshot.groups.map((group) => [`${group.place} ${group.storage}`, group]),
      () => this.#createGroup(),
      (section, group) => this.#updateGroup(section, group, snapshot),
    );
    this.#makeOneRowReachable();
  }

  /** Marks the row of a flow. */
  select(id: number | undefined): void {
    this.#selected = id;
    for (const button of this.#buttons()) this.#markSelected(button);
  }

  /** Moves the focus to the row of a flow, if it is shown. */
  focus(id: number): void {
    this.#buttons()
      .find(({ dataset }) => dataset.id === String(id))
      ?.focus();
  }

  #nextSpan({ groups, now }: Snapshot): number {
    const flows = groups.flatMap((group) => rowsOf(group, false)).map(({ flow }) => flow);
    // Those that began before the page was opened may be much older than all others.
    const recorded = flows.filter(({ isRecorded }) => isRecorded);
    const ages = (recorded.length > 0 ? recorded : flows).map(({ start }) => now - start).sort((x, y) => x - y);
    const needed = ages[Math.floor((ages.length - 1) * FITTING)] ?? 0;
    const fitting = SPANS.find((span) => span >= needed) ?? needed;
    return needed > this.#span || needed < this.#span / 3 ? fitting : this.#span;
  }

  #createGroup(): HTMLElement {
    const list = element('ol', { class: 'rows' });
    const section = element(
      'section',
      { class: 'group card' },
      element(
        'header',
        {},
        element(
          'h2',
          {},
          element(
            'button',
            { type: 'button', class: 'toggle', 'aria-expanded': 'true' },
            element('code', {}),
            ' ',
            element('span', {}),
          ),
        ),
        element('p', { class: 'counts' }),
        element('ul', { class: 'waits' }),
      ),
      element('p', { class: 'axis', 'aria-hidden': 'true' }, element('span', {}), element('span', {}, 'now')),
      list,
      element('button', { type: 'button', class: 'plain all' }),
    );
    const group: GroupElements = { section, rows: new Map(), isCollapsed: false, isWhole: false };
    this.#groups.set(section, group);
    const onClick = (selector: string, change: () => void) =>
      part(section, selector).addEventListener('click', () => {
        change();
        if (this.#snapshot !== undefined) this.show(this.#snapshot);
      });
    onClick('.toggle', () => {
      group.isCollapsed = !group.isCollapsed;
    });
    onClick('.all', () => {
      group.isWhole = !group.isWhole;
    });
    return section;
  }

  #updateGroup(section: HTMLElement, group: GroupView, snapshot: Snapshot): void {
    const known = this.#groups.get(section);
    if (known === undefined) return;
    const { isCollapsed, isWhole } = known;
    const toggle = part(section, '.toggle');
    toggle.setAttribute('aria-expanded', String(!isCollapsed));
    setText(part(toggle, 'code'), codeText(group.place, snapshot) || group.storage);
    setText(part(toggle, 'span'), placeText(group.place, snapshot));
    setText(part(section, '.counts'), countsText(group, snapshot));
    this.#showWaits(part(section, '.waits'), group, snapshot);
    const rows = isCollapsed ? [] : rowsOf(group, isWhole);
    const list = part(section, '.rows');
    list.hidden = isCollapsed;
    part(section, '.axis').hidden = isCollapsed;
    setText(part(section, '.axis span'), `${durationText(this.#span).replace('.0 s', ' s')} ago`);
    syncChildren(
      list,
      known.rows,
      rows.map((row) => [String(row.flow.id), row]),
      createRow,
      (item, row) => this.#updateRow(item, row, snapshot),
    );
    const all = part(section, '.all');
    const fewer = rowsOf(group, false).length;
    const hidden = rowsOf(group, true).length - fewer;
    all.hidden = isCollapsed || (hidden === 0 && group.more === 0);
    const more = group.more > 0 ? ` (${group.more.toLocaleString('en')} more match: use a filter to see them)` : '';
    setText(all, isWhole ? `Show fewer${more}` : `Show ${countText(hidden, 'more row', 'more rows')}${more}`);
  }

  #showWaits(list: HTMLElement, group: GroupView, snapshot: Snapshot): void {
    const texts = group.waits.map((wait) => ({
      kind: wait.kind,
      text: `${wait.count.toLocaleString('en')} × ${waitText(wait, snapshot)}`,
    }));
    const key = JSON.stringify(texts);
    if (list.dataset.shown === key) return;
    list.dataset.shown = key;
    list.replaceChildren(...texts.map(({ kind, text }) => element('li', { class: `kind ${kind}` }, text)));
    list.hidden = texts.length === 0;
  }

  #updateRow({ button }: RowElement, { flow, depth }: Row, snapshot: Snapshot): void {
    button.className = `row ${flow.state}${depth > 0 ? ' inner' : ''}${flow.findings.length > 0 ? ' found' : ''}`;
    button.style.setProperty('--depth', String(depth));
    setText(part(button, '.number'), `#${flow.id}`);
    setText(part(button, '.storage'), depth > 0 ? flow.storage : '');
    setText(part(button, '.value'), flow.value);
    setText(part(button, '.state'), stateText(flow, snapshot));
    setText(part(button, '.age'), durationText(ageOf(flow, snapshot.now)));
    const found = part(button, '.found-here');
    setText(found, flow.findings.length > 0 ? countText(flow.findings.length, 'finding', 'findings') : '');
    this.#drawBar(part(button, '.bar'), flow, snapshot);
    this.#markSelected(button);
  }

  #drawBar(bar: HTMLElement, flow: FlowView, { now }: Snapshot): void {
    const left = (time: number) => Math.min(100, Math.max(0, ((time - now) / this.#span + 1) * 100));
    const segment = (kind: string, start: number, end: number) => {
      const part = element('i', { class: kind });
      part.style.left = `${left(start)}%`;
      part.style.width = `${left(end) - left(start)}%`;
      return part;
    };
    const end = flow.end ?? now;
    bar.replaceChildren(
      segment(now - flow.start > this.#span ? 'whole cut' : 'whole', flow.start, end),
      ...[...flow.ended, ...[...flow.waits].reverse()].map((wait: WaitView) =>
        segment(`kind ${wait.kind}`, wait.start, wait.end ?? now),
      ),
      ...flow.findings.map(({ time }) => segment('mark', time, time)),
    );
  }

  #markSelected(button: HTMLElement): void {
    button.setAttribute('aria-pressed', String(button.dataset.id === String(this.#selected)));
  }

  #buttons(): HTMLButtonElement[] {
    return [...this.#parent.querySelectorAll<HTMLButtonElement>('button.row')];
  }

  /** The row with the focus, the selected one or the first one can be reached with Tab. */
  #makeOneRowReachable(): void {
    const buttons = this.#buttons();
    const reachable =
      buttons.find((button) => button === document.activeElement) ??
      buttons.find(({ dataset }) => dataset.id === String(this.#selected)) ??
      buttons[0];
    for (const button of buttons) button.tabIndex = button === reachable ? 0 : -1;
  }

  #moveFocus(event: KeyboardEvent): void {
    const buttons = this.#buttons();
    const index = buttons.findIndex(({ dataset }) => dataset.id === document.activeElement?.getAttribute('data-id'));
    if (index < 0) return;
    const targets: Readonly<Record<string, number>> = {
      ArrowUp: index - 1,
      ArrowDown: index + 1,
      Home: 0,
      End: buttons.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    buttons[target]?.focus();
    this.#makeOneRowReachable();
  }
}

function part(parent: HTMLElement, selector: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`An element of the list has no part ${selector}.`);
  return found;
}

function createRow({ flow }: Row): RowElement {
  const button = element(
    'button',
    { type: 'button', class: 'row', 'data-id': flow.id, 'aria-pressed': 'false' },
    element(
      'span',
      { class: 'what' },
      element('span', { class: 'number' }),
      ' ',
      element('span', { class: 'storage' }),
      ' ',
      element('span', { class: 'value' }),
    ),
    ' ',
    element(
      'span',
      { class: 'doing' },
      element('span', { class: 'state' }),
      ' ',
      element('span', { class: 'found-here' }),
    ),
    ' ',
    element('span', { class: 'age' }),
    ' ',
    element('span', { class: 'bar', 'aria-hidden': 'true' }),
  );
  return Object.assign(element('li', {}, button), { button });
}

function rowsOf({ flows }: GroupView, isWhole: boolean): Row[] {
  const live = flows.filter(({ state }) => state !== 'finished');
  const finished = flows.filter(({ state }) => state === 'finished');
  const shown = isWhole ? flows : [...live.slice(0, FEW_LIVE), ...finished.slice(0, FEW_FINISHED)];
  return shown.flatMap((flow) => rowsOfTree(flow, 0));
}

function rowsOfTree(flow: FlowView, depth: number): Row[] {
  return [{ flow, depth }, ...flow.inside.slice(0, SHOWN_INSIDE).flatMap((inner) => rowsOfTree(inner, depth + 1))];
}

function countsText({ live, states, oldest }: GroupView, { now }: Snapshot): string {
  const texts = [`${live.toLocaleString('en')} live`];
  if (oldest !== null) texts.push(`oldest ${durationText(now - oldest)}`);
  if (states.held > 0) texts.push(`${states.held.toLocaleString('en')} held`);
  if (states.finished > 0) texts.push(`${states.finished.toLocaleString('en')} of the finished ones kept`);
  return texts.join(' · ');
}

function stateText(flow: FlowView, snapshot: Snapshot): string {
  if (flow.state === 'finished') {
    const longest = longestWait(flow);
    return longest === undefined ? 'finished' : `finished: ${waitText(longest, snapshot)}`;
  }
  const wait = firstWait(flow);
  if (wait === undefined) return flow.isRecorded ? 'nothing is pending' : 'began before waits were recorded';
  return `${flow.state === 'held' ? 'held by ' : ''}${waitText(wait, snapshot)}`;
}
