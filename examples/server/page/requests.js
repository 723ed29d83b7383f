/**
 * The live page. It shows the snapshots that the server streams, and makes the server send users for as long as the page
 * plays: from when it is opened until its visitor presses Pause.
 */
const NO_RESPONSE = 'The server does not respond. Check that npm start is running. This page reconnects by itself.';
const TOO_MANY_PAGES = 'Too many pages are open. Close some of them, then reload this page.';
/** How often a playing page requests more users. The server sends them only while few are active. */
const PLAY_INTERVAL_MS = 1000;
/** A browser opens at most six connections to a server, and needs some for the stream and for the buttons. */
const MAX_OPEN_ROUNDS = 2;
const RECONNECT_MS = 2000;

const element = (id) => document.getElementById(id);
const rows = [...element('lanes').rows].map((row) => ({
  row,
  id: row.querySelector('.id'),
  user: row.querySelector('.user'),
  cells: [...row.querySelectorAll('td')],
}));
let events;
let reconnectTimer;
let isConnected = false;
let isPlaying = true;
let openRounds = 0;

element('curl').textContent = `curl ${location.origin}/work`;
element('send').addEventListener('click', sendUsers);
element('send-own').addEventListener('click', sendOwnRequest);
element('play').addEventListener('click', () => {
  isPlaying = !isPlaying;
  element('play').textContent = isPlaying ? 'Pause' : 'Play';
  void play();
});
document.addEventListener('visibilitychange', connectWhileVisible);
addEventListener('hashchange', sendLinkedRequest);
setInterval(play, PLAY_INTERVAL_MS);
connectWhileVisible();
sendLinkedRequest();

/** Connects to the server while the page is visible. A hidden page holds no connection. */
function connectWhileVisible() {
  clearTimeout(reconnectTimer);
  events?.close();
  isConnected = false;
  if (document.hidden) return;
  const source = new EventSource('/events');
  events = source;
  source.onmessage = ({ data }) => show(JSON.parse(data));
  source.onopen = () => {
    isConnected = true;
    showProblem('');
    void play();
  };
  source.onerror = () => {
    isConnected = false;
    // The browser reconnects after a lost connection, but not after an error response.
    if (source.readyState !== EventSource.CLOSED) return showProblem(NO_RESPONSE);
    showProblem(TOO_MANY_PAGES);
    reconnectTimer = setTimeout(connectWhileVisible, RECONNECT_MS);
  };
}

/** Requests more users if the page plays. The result is in the snapshots, so only a failure is reported. */
async function play() {
  if (!isPlaying || !isConnected || openRounds === MAX_OPEN_ROUNDS) return;
  openRounds++;
  try {
    const response = await fetch('/users?while=idle', { method: 'POST' });
    if (!response.ok) showProblem(await response.text());
  } catch {
    // The server has gone, which the stream reports too.
  }
  openRounds--;
}

async function sendUsers({ currentTarget: button }) {
  await whileDisabled(button, 'Sending 20 users…', async () => {
    const response = await fetch('/users', { method: 'POST' });
    if (!response.ok) throw new Error(await response.text());
    const { requests, reads, mixedUp, cartsMixedUp = 0, lost = 0 } = await response.json();
    return `${requests} responses: ${reads} reads, ${mixedUp + cartsMixedUp} mixed up, ${lost} lost`;
  });
}

/** Sends a request with the cookies of this browser, so that its lane names the user who is signed in here. */
async function sendOwnRequest() {
  await whileDisabled(element('send-own'), 'Sending your request…', async () => {
    const response = await fetch('/work?slow');
    if (!response.ok) throw new Error(await response.text());
    const { start, user } = await response.json();
    return `Request ${start} of ${user ?? 'a visitor who is not signed in'} has its response.`;
  });
}

/** The shop links to `/#my-request`. */
function sendLinkedRequest() {
  if (location.hash !== '#my-request') return;
  history.replaceState(null, '', '/');
  void sendOwnRequest();
}

/** Ignores the button until `send` settles. A button with the `disabled` attribute would lose the focus. */
async function whileDisabled(button, text, send) {
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  setStatus(text);
  try {
    setStatus(await send());
  } catch (error) {
    if (error instanceof TypeError) showProblem(NO_RESPONSE);
    else setStatus(error.message, true);
  }
  button.removeAttribute('aria-disabled');
}

/** Shows that the page is out of date, and why; an empty text means that it is up to date again. */
function showProblem(text) {
  document.querySelector('.lanes').classList.toggle('stale', text !== '' && !isConnected);
  const status = element('status');
  if (text !== '' || status.className === 'bad') setStatus(text, text !== '');
}

function setStatus(text, isProblem = false) {
  element('status').textContent = text;
  element('status').className = isProblem ? 'bad' : '';
}

/** Shows a snapshot of the server. Each is complete, and only what differs from the page is written. */
function show({ requests, inFlight, mixedUp, lanes }) {
  setIfChanged(element('requests'), 'textContent', requests.toLocaleString('en'));
  setIfChanged(element('in-flight'), 'textContent', inFlight.toLocaleString('en'));
  setIfChanged(element('mixed-up'), 'textContent', mixedUp.toLocaleString('en'));
  setIfChanged(element('mixed-up'), 'className', mixedUp === 0 ? 'good' : 'bad');
  for (const [index, row] of rows.entries()) showLane(row, lanes[index]);
  const shown = lanes.filter((lane) => lane && !lane.done).length;
  element('idle').hidden = isPlaying || inFlight > 0 || lanes.some((lane) => lane);
  const more = inFlight > shown ? `and ${(inFlight - shown).toLocaleString('en')} more without a free lane` : '';
  setIfChanged(element('more'), 'textContent', more);
}

function showLane({ row, id, user, cells }, lane) {
  setIfChanged(row, 'className', lane?.done ? 'done' : '');
  setIfChanged(id, 'className', lane ? 'id' : 'id visually-hidden');
  setIfChanged(id, 'textContent', lane ? String(lane.id) : 'free lane');
  setIfChanged(user, 'textContent', lane?.user ?? '');
  setIfChanged(user, 'title', lane?.user ?? '');
  cells.forEach((cell, step) => {
    const read = lane?.reads[step];
    const isNow = lane && !lane.done && step === lane.reads.length;
    const isOwnId = read === lane?.id;
    setIfChanged(cell, 'className', read === undefined ? (isNow ? 'now' : '') : isOwnId ? 'read' : 'read wrong');
    setIfChanged(cell, 'textContent', read === undefined ? '' : String(read ?? 'none'));
    // The golden angle gives adjacent ids very different hues.
    cell.style.setProperty('--hue', (((isNow ? lane.id : (read ?? 0)) * 137.5) % 360).toFixed(0));
  });
}

function setIfChanged(node, property, value) {
  if (node[property] !== value) node[property] = value;
}
