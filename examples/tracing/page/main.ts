/** The page: two users check out, in all modes at once, and the spans of the selected mode are shown as waterfalls. */

import { highlightSource } from '../../modes/highlight-source.js';
import source from '../flow/checkout.ts?raw';
import { type ModeListener, ModeView } from './mode-view.js';
import { modes } from './modes.js';
import { users } from './users.js';

/** How often a checkout pauses. */
const PAUSES_PER_CHECKOUT = 10;

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element #${id}.`);
  return found;
}

function showStatus(text: string): void {
  const status = element('status');
  if (status.textContent !== text) status.textContent = text;
}

function select(selected: ModeView): void {
  for (const view of views) view.setSelected(view === selected);
  element('explanation').textContent = selected.mode.explanation;
  history.replaceState(null, '', `#${selected.mode.name}`);
}

const listener: ModeListener = {
  onSelect: select,
  onFailure: ({ mode }, reason) =>
    showStatus(`${mode.title}: a checkout failed with "${reason}". Check that npm start is running.`),
  // The checkout fetched from the server, so the server responds again if it failed to before.
  onDone: () => showStatus(''),
};

let nextFlowId = 0;

/** Starts the same checkout in all modes. */
function click(userIndex: number): void {
  const flowId = nextFlowId++;
  const pauses = Array.from({ length: PAUSES_PER_CHECKOUT }, () => 100 + Math.random() * 160);
  for (const view of views) view.click(userIndex, { flowId, pauses });
}

const views = modes.map((mode) => new ModeView(mode, listener));
for (const { entry, columns } of views) {
  element('modes').append(entry);
  element('waterfalls').append(columns);
}
const initialView = views.find(({ mode }) => location.hash === `#${mode.name}`) ?? views.at(-1);
if (initialView !== undefined) select(initialView);
element('code').append(...highlightSource(source, /inSpan(?=\()/));

try {
  await Promise.all(views.map((view) => view.open()));
  for (const index of users.keys()) {
    element(`click-${index + 1}`).addEventListener('click', () => click(index));
    click(index);
  }
} catch (error) {
  showStatus(error instanceof Error ? error.message : String(error));
}
