/** The page: for each mode a window in which the flows run, and the pictures of what they read. */
import source from '../flow/order.ts?raw';
import { AutoClicker } from './auto-clicker.js';
import { ClickLanes, type User, users } from './click-lanes.js';
import { FlowIframe } from './flow-iframe.js';
import { highlightSource } from './highlight-source.js';
import { LaneTable } from './lane-table.js';
import { LaneThumbnail } from './lane-thumbnail.js';
import { ModeSwitch } from './mode-switch.js';
import { type Mode, modes } from './modes.js';

/** As many as a flow has. */
const PAUSES = 9;

interface Shown {
  readonly mode: Mode;
  readonly table: LaneTable;
  readonly lanes: ClickLanes;
  readonly flowIframe: FlowIframe;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element #${id}.`);
  return found;
}

function say(text: string): void {
  element('status').textContent = text;
}

function choose(chosen: Mode): void {
  for (const { mode, table } of shown) table.element.hidden = mode !== chosen;
  element('explanation').textContent = chosen.explanation;
  history.replaceState(null, '', `#${chosen.name}`);
}

/** One click, in all modes. */
function click(user: User): void {
  const flow = flows++;
  const nth = clicks[user]++;
  const pauses = Array.from({ length: PAUSES }, () => 100 + Math.random() * 350);
  for (const { lanes, flowIframe } of shown) {
    lanes.begin(flow, user, nth);
    flowIframe.click({ flow, user, pauses });
  }
}

function show(mode: Mode): Shown {
  const table = new LaneTable(`${mode.title}: the user that each step has read`);
  const thumbnail = new LaneThumbnail();
  const lanes = new ClickLanes([table, thumbnail]);
  const count = modeSwitch.add(mode, thumbnail.element, mode === first);
  const flowIframe = new FlowIframe(mode, (news) => {
    if (news.kind === 'failure') say(`${mode.title}: a step failed with "${news.reason}". Is npm start still running?`);
    lanes.hear(news);
    count(lanes.counts);
  });
  element('lanes').append(table.element);
  return { mode, table, lanes, flowIframe };
}

function playOrPause(wanted: boolean): void {
  if (wanted) autoClicker.play();
  else autoClicker.pause();
  element('play').textContent = wanted ? 'Pause' : 'Play';
}

let flows = 0;
const clicks: Record<User, number> = { 'user 1': 0, 'user 2': 0 };
const first = modes.find(({ name }) => location.hash === `#${name}`) ?? modes[0];
const modeSwitch = new ModeSwitch(element('modes'), choose);
const shown = modes.map(show);
const autoClicker = new AutoClicker(click);

if (first !== undefined) choose(first);
element('code').append(...highlightSource(source));

try {
  await Promise.all(shown.map(({ flowIframe }) => flowIframe.open()));
  for (const [index, user] of users.entries()) {
    element(`click-${index + 1}`).addEventListener('click', () => {
      // From now on it is the visitor who clicks.
      playOrPause(false);
      click(user);
    });
  }
  element('play').addEventListener('click', () => playOrPause(!autoClicker.isPlaying));
  playOrPause(true);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
}
