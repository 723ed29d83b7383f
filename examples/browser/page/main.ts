/** The page: for each mode, an iframe in which the flows run, and a table and a thumbnail of what they read. */

import { FlowIframe } from '../../modes/flow-iframe.js';
import { highlightSource } from '../../modes/highlight-source.js';
import type { ClickMessage, FlowMessage } from '../flow/messages.js';
import source from '../flow/order.ts?raw';
import { AutoClicker } from './auto-clicker.js';
import { ClickLanes, type User, users } from './click-lanes.js';
import { LaneTable } from './lane-table.js';
import { LaneThumbnail } from './lane-thumbnail.js';
import { ModeSwitch } from './mode-switch.js';
import { type Mode, modes } from './modes.js';

/** How often `placeOrder()` calls `pause()`. */
const PAUSES_PER_FLOW = 9;

interface ModeView {
  readonly mode: Mode;
  readonly table: LaneTable;
  readonly lanes: ClickLanes;
  readonly iframe: FlowIframe<ClickMessage, FlowMessage>;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element #${id}.`);
  return found;
}

function showStatus(text: string): void {
  const status = element('status');
  if (status.textContent !== text) status.textContent = text;
}

function selectMode(selected: Mode): void {
  for (const { mode, table } of modeViews) table.element.hidden = mode !== selected;
  element('explanation').textContent = selected.explanation;
  history.replaceState(null, '', `#${selected.name}`);
}

/** Starts the same flow in all modes. */
function click(user: User): void {
  const flowId = nextFlowId++;
  const previousClicks = clickCounts[user]++;
  const pauses = Array.from({ length: PAUSES_PER_FLOW }, () => 100 + Math.random() * 350);
  for (const { lanes, iframe } of modeViews) {
    lanes.begin(flowId, user, previousClicks);
    iframe.click({ flowId, user, pauses });
  }
}

function createModeView(mode: Mode): ModeView {
  const table = new LaneTable(`${mode.title}: the user that each step read`);
  const thumbnail = new LaneThumbnail();
  const lanes = new ClickLanes([table, thumbnail]);
  const updateCounts = modeSwitch.add(mode, thumbnail.element, mode === initialMode);
  const iframe = new FlowIframe<ClickMessage, FlowMessage>(mode, (message) => {
    if (message.kind === 'failure') {
      showStatus(`${mode.title}: a step failed with "${message.reason}". Check that npm start is running.`);
    } else if (message.kind === 'end') {
      // The flow fetched from the server, so the server responds again if it failed to before.
      showStatus('');
    }
    lanes.handleMessage(message);
    updateCounts(lanes.counts);
  });
  element('lanes').append(table.element);
  return { mode, table, lanes, iframe };
}

function setPlaying(isPlaying: boolean): void {
  if (isPlaying) autoClicker.play();
  else autoClicker.pause();
  element('play').textContent = isPlaying ? 'Pause' : 'Play';
}

let nextFlowId = 0;
const clickCounts: Record<User, number> = { 'user 1': 0, 'user 2': 0 };
const initialMode = modes.find(({ name }) => location.hash === `#${name}`) ?? modes[0];
const modeSwitch = new ModeSwitch(element('modes'), selectMode);
const modeViews = modes.map(createModeView);
const autoClicker = new AutoClicker(click);

if (initialMode !== undefined) selectMode(initialMode);
element('code').append(...highlightSource(source, /user\.getStore\(\)/));

try {
  await Promise.all(modeViews.map(({ iframe }) => iframe.open()));
  for (const [index, user] of users.entries()) {
    element(`click-${index + 1}`).addEventListener('click', () => {
      // The automatic clicks end with the visitor's first click.
      setPlaying(false);
      click(user);
    });
  }
  element('play').addEventListener('click', () => setPlaying(!autoClicker.isPlaying));
  setPlaying(true);
} catch (error) {
  showStatus(error instanceof Error ? error.message : String(error));
}
