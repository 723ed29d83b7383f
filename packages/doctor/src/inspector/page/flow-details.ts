/** The details of the flow that is selected: its values, what it waits for, its tree, and what was found in it. */
import type { FlowView, PlaceKey, Snapshot, WaitView } from '../snapshot.js';
import { element, find, setText } from './elements.js';
import { findingContent } from './finding-list.js';
import { ageOf, codeText, countText, durationText, placeText } from './texts.js';

export interface FlowDetailsOptions {
  readonly onSelect: (id: number) => void;
  readonly onClose: () => void;
}

/** A flow, with the flows around it, the outermost first. */
interface FoundFlow {
  readonly flow: FlowView;
  readonly around: readonly FlowView[];
}

export class FlowDetails {
  readonly #panel = find('details', HTMLElement);
  readonly #columns = find('columns', HTMLElement);
  readonly #options: FlowDetailsOptions;
  #id: number | undefined;
  #shown = '';
  #last: FoundFlow | undefined;

  constructor(options: FlowDetailsOptions) {
    this.#options = options;
    this.#panel.addEventListener('click', ({ target }) => {
      const button = target instanceof Element ? target.closest('button') : null;
      if (button === null) return;
      if (button.dataset.id === undefined) options.onClose();
      else options.onSelect(Number(button.dataset.id));
    });
  }

  get id(): number | undefined {
    return this.#id;
  }

  select(id: number | undefined): void {
    this.#id = id;
    this.#last = undefined;
    this.#panel.hidden = id === undefined;
    this.#columns.classList.toggle('with-details', id !== undefined);
  }

  focus(): void {
    // The panel is next to the list, or over it.
    this.#panel.focus({ preventScroll: true });
  }

  show(snapshot: Snapshot): void {
    if (this.#id === undefined) return;
    const found = findFlow(snapshot, this.#id);
    if (found !== undefined) this.#last = found;
    const last = found ?? this.#last;
    if (last === undefined) {
      this.#options.onClose();
      return;
    }
    // The times of the waits that are pending change in place, so that a selection and the focus remain.
    const key = JSON.stringify([last, found === undefined, snapshot.findings]);
    if (key !== this.#shown) {
      this.#shown = key;
      const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.id : undefined;
      this.#panel.replaceChildren(...content(last, snapshot, found === undefined));
      if (focused !== undefined) this.#panel.querySelector<HTMLElement>(`button[data-id="${focused}"]`)?.focus();
    }
    for (const time of this.#panel.querySelectorAll<HTMLElement>('[data-start]')) {
      if (found !== undefined) setText(time, durationText(snapshot.now - Number(time.dataset.start)));
    }
  }
}

function findFlow({ groups }: Snapshot, id: number): FoundFlow | undefined {
  const search = (flows: readonly FlowView[], around: readonly FlowView[]): FoundFlow | undefined => {
    for (const flow of flows) {
      const found = flow.id === id ? { flow, around } : search(flow.inside, [...around, flow]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(
    groups.flatMap(({ flows }) => flows),
    [],
  );
}

function content({ flow, around }: FoundFlow, snapshot: Snapshot, isGone: boolean): HTMLElement[] {
  const state = isGone ? 'no longer shown' : flow.state;
  return [
    element(
      'header',
      {},
      element('h2', {}, `${flow.storage} #${flow.id}`),
      element('span', { class: `chip ${flow.state}` }, state),
      element('button', { type: 'button', class: 'plain close', 'aria-label': 'Close the details' }, '×'),
    ),
    element('p', { class: 'since' }, flow.end === null ? 'live for ' : 'took ', timeOf(flow, snapshot)),
    placeBlock(flow.place, snapshot, 'opened at'),
    heading('Values'),
    element(
      'ul',
      { class: 'values' },
      ...[flow, ...[...around].reverse()].map((owner) =>
        element(
          'li',
          {},
          element('span', { class: 'name' }, owner.storage),
          element('code', {}, owner.value),
          ...(owner === flow ? [] : [element('span', { class: 'note' }, `from #${owner.id} around it`)]),
        ),
      ),
    ),
    ...waitContent(flow, snapshot),
    ...treeContent(flow, around),
    ...findingsContent(flow, snapshot),
  ];
}

function heading(text: string): HTMLElement {
  return element('h3', {}, text);
}

function timeOf(flow: FlowView, { now }: Snapshot): HTMLElement {
  const attributes = flow.end === null ? { 'data-start': flow.start } : {};
  return element('strong', attributes, durationText(ageOf(flow, now)));
}

function placeBlock(key: PlaceKey | null, snapshot: Snapshot, note: string): HTMLElement {
  const code = codeText(key, snapshot);
  return element(
    'div',
    { class: 'place-block' },
    element('span', { class: 'note' }, `${note} `),
    element('span', { class: 'place' }, placeText(key, snapshot)),
    ...(code === '' ? [] : [element('code', {}, code)]),
  );
}

function waitContent(flow: FlowView, snapshot: Snapshot): HTMLElement[] {
  const ended = flow.ended.slice(-5).reverse();
  const parts: HTMLElement[] = [];
  if (flow.waits.length > 0)
    parts.push(heading(flow.state === 'held' ? 'Held by' : 'Waits for'), waitList(flow.waits, snapshot));
  else if (!flow.isRecorded)
    parts.push(heading('Waits for'), element('p', { class: 'note' }, 'It began before waits were recorded.'));
  if (ended.length > 0) parts.push(heading('Waited for'), waitList(ended, snapshot));
  return parts;
}

function waitList(waits: readonly WaitView[], snapshot: Snapshot): HTMLElement {
  return element(
    'ul',
    { class: 'wait-list' },
    ...waits.map((wait) => {
      const duration = durationText((wait.end ?? snapshot.now) - wait.start);
      const time = element('span', wait.end === null ? { 'data-start': wait.start } : {}, duration);
      return element(
        'li',
        {},
        element('span', { class: `kind ${wait.kind}` }, `${wait.title}${wait.count > 1 ? ` × ${wait.count}` : ''}`),
        element('span', { class: 'for' }, 'for ', time),
        ...(wait.place === null ? [] : [placeBlock(wait.place, snapshot, '')]),
      );
    }),
  );
}

function treeContent(flow: FlowView, around: readonly FlowView[]): HTMLElement[] {
  const outermost = around[0] ?? flow;
  if (outermost === flow && flow.inside.length === 0) return [];
  return [heading('Tree'), element('ul', { class: 'tree' }, treeItem(outermost, flow))];
}

function treeItem(flow: FlowView, selected: FlowView): HTMLElement {
  const more =
    flow.moreInside > 0
      ? [element('li', { class: 'note' }, countText(flow.moreInside, 'more flow', 'more flows'))]
      : [];
  const inside = [...flow.inside.map((inner) => treeItem(inner, selected)), ...more];
  const isSelected = flow.id === selected.id;
  return element(
    'li',
    {},
    element(
      'button',
      { type: 'button', class: `branch ${flow.state}`, 'data-id': flow.id, 'aria-current': isSelected && 'true' },
      `${flow.storage} #${flow.id}`,
      element('span', { class: 'note' }, ` ${flow.state}`),
    ),
    ...(inside.length > 0 ? [element('ul', {}, ...inside)] : []),
  );
}

function findingsContent(flow: FlowView, { findings }: Snapshot): HTMLElement[] {
  const own = flow.findings.flatMap(({ finding }) => findings[finding] ?? []);
  if (own.length === 0) return [];
  return [
    heading('Found here'),
    ...own.map((finding) => element('div', { class: 'found' }, ...findingContent(finding))),
  ];
}
