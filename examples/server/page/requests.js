<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Requests in flight · Throughline</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%232f5fe0'/%3E%3Cpath d='M6 11h9M19 11h7M6 21h5M15 21h11' stroke='white' stroke-width='4' stroke-linecap='round'/%3E%3C/svg%3E">
<style>
  :root {
    --ground: #f6f6f3;
    --card: #ffffff;
    --ink: #1b1c1f;
    --soft: #5d6068;
    --line: #e3e3de;
    --accent: #2b59d9;
    --accent-ink: #ffffff;
    --good: #17714a;
    --bad: #c0261d;
    --code: #f1f1ec;
    --step: 0.91 0.075;
    --step-ink: 0.33 0.09;
    --now: 0.6 0.15;
    --now-edge: 0.82 0.09;
    --shadow: 0 1px 2px rgb(20 20 30 / 5%), 0 8px 28px -12px rgb(20 20 30 / 14%);
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --ground: #0f1013;
      --card: #17181c;
      --ink: #eceded;
      --soft: #a0a4ae;
      --line: #2a2c32;
      --accent: #7fa2ff;
      --accent-ink: #0c1226;
      --good: #5fd39b;
      --bad: #ff8a80;
      --code: #101115;
      --step: 0.37 0.085;
      --step-ink: 0.93 0.05;
      --now: 0.8 0.13;
      --now-edge: 0.5 0.1;
      --shadow: none;
    }
  }

  * { box-sizing: border-box; }
  body {
    margin: 0;
    padding: 40px 24px 48px;
    background: var(--ground);
    color: var(--ink);
    font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
    -webkit-font-smoothing: antialiased;
  }
  main { max-width: 1080px; margin: 0 auto; }
  code, .id, td, dd { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }

  header { display: flex; flex-wrap: wrap; gap: 20px 40px; align-items: end; justify-content: space-between; }
  header > div { flex: 1 1 480px; }
  .brand { margin: 0 0 4px; color: var(--accent); font-size: 14px; font-weight: 600; }
  h1 { margin: 0; font-size: 34px; line-height: 1.15; letter-spacing: -0.022em; }
  .lead { margin: 10px 0 0; max-width: 62ch; color: var(--soft); text-wrap: pretty; }

  button {
    padding: 12px 22px;
    border: 0;
    border-radius: 10px;
    background: var(--accent);
    color: var(--accent-ink);
    font: inherit;
    font-weight: 600;
    cursor: pointer;
  }
  button:hover { filter: brightness(1.08); }
  button[aria-disabled='true'] { opacity: 0.55; cursor: default; filter: none; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }

  .totals, dl { display: flex; flex-wrap: wrap; gap: 8px 48px; align-items: baseline; margin: 0; }
  .totals { justify-content: space-between; margin: 28px 0 14px; }
  dl div { display: flex; flex-direction: row-reverse; gap: 10px; align-items: baseline; }
  dt { color: var(--soft); }
  dd { margin: 0; font-size: 28px; font-weight: 600; letter-spacing: -0.03em; font-variant-numeric: tabular-nums; }
  dd.good { color: var(--good); }
  dd.bad { color: var(--bad); }
  #status { margin: 0; color: var(--soft); font-size: 15px; }

  .card {
    position: relative;
    padding: 14px 18px 32px;
    border: 1px solid var(--line);
    border-radius: 16px;
    background: var(--card);
    box-shadow: var(--shadow);
  }
  table { width: 100%; border-spacing: 5px 4px; table-layout: fixed; }
  caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  thead th { padding: 2px 0 6px; color: var(--soft); font-size: 13px; font-weight: 500; }
  thead th:first-child, .id { width: 128px; padding-left: 4px; text-align: left; }
  .id { overflow: hidden; color: var(--ink); font-size: 13px; font-weight: 600; text-overflow: ellipsis; white-space: nowrap; }
  td {
    height: 25px;
    padding: 0;
    border-radius: 7px;
    color: transparent;
    font-size: 12.5px;
    font-weight: 600;
    line-height: 25px;
    text-align: center;
    background: linear-gradient(var(--line), var(--line)) center / 100% 1px no-repeat;
  }
  td.read {
    background: oklch(var(--step) var(--hue));
    color: oklch(var(--step-ink) var(--hue));
    animation: arrive 160ms ease-out;
  }
  td.now { background: none; box-shadow: inset 0 0 0 1.5px oklch(var(--now-edge) var(--hue)); }
  td.now::before {
    content: '';
    display: inline-block;
    width: 7px;
    height: 7px;
    border-radius: 50%;
    background: oklch(var(--now) var(--hue));
    animation: beat 900ms ease-in-out infinite alternate;
  }
  td.wrong { box-shadow: inset 0 0 0 2px var(--bad); }
  tbody tr { transition: opacity 500ms; }
  tr.done { opacity: 0.5; }
  @keyframes arrive { from { transform: scale(0.85); opacity: 0.3; } }
  @keyframes beat { from { opacity: 0.3; } }
  @media (prefers-reduced-motion: reduce) {
    td.read, td.now::before { animation: none; }
    tbody tr { transition: none; }
  }

  .idle {
    position: absolute;
    inset: 44px 0 0;
    display: grid;
    place-items: center;
    text-align: center;
  }
  .idle[hidden] { display: none; }
  .idle div { padding: 22px 34px; border-radius: 16px; background: var(--card); }
  .idle p { margin: 0 0 4px; color: var(--soft); }
  .idle p:first-child { color: var(--ink); font-size: 19px; font-weight: 600; }
  .more { position: absolute; bottom: 6px; left: 27px; margin: 0; color: var(--soft); font-size: 14px; }

  .how { display: grid; grid-template-columns: 1fr 1fr; gap: 16px 48px; margin-top: 24px; }
  .how h2 { margin: 0 0 6px; font-size: 17px; letter-spacing: -0.01em; }
  .how p { margin: 0 0 8px; color: var(--soft); text-wrap: pretty; }
  a { color: var(--accent); }
  .how p code { color: var(--ink); font-size: 14px; }
  pre { align-self: start; margin: 0; padding: 16px 18px; overflow-x: auto; border: 1px solid var(--line); border-radius: 12px; background: var(--code); font-size: 13.5px; line-height: 1.6; }
  pre i { color: var(--soft); font-style: normal; }

  @media (max-width: 760px) {
    body { padding: 24px 14px 36px; }
    h1 { font-size: 28px; }
    .card { padding: 10px 8px 32px; }
    .more { left: 14px; }
    table { border-spacing: 3px; }
    thead th { vertical-align: bottom; font-size: 12px; writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; }
    thead th:first-child { writing-mode: initial; transform: none; }
    thead th:first-child, .id { width: 46px; }
    .id, td { font-size: 11px; }
    .idle { inset: 90px 0 0; }
    .how { grid-template-columns: 1fr; }
    .totals, dl { gap: 4px 22px; }
    dl div { gap: 7px; }
    dd { font-size: 22px; }
    #status { min-height: 1.55em; }
    pre { font-size: 12px; }
  }
</style>
</head>
<body>
<main>
  <header>
    <div>
      <p class="brand">Throughline</p>
      <h1>Requests in flight</h1>
      <p class="lead">
        Each lane is a request. Each box is a step of its work, labeled with the id that the step read from storage. No
        function passes the id along. A lane in one color read its own id at every step.
      </p>
    </div>
    <button type="button" id="send">Send 20 users</button>
  </header>

  <div class="totals">
    <dl>
      <div><dt>requests</dt><dd id="requests">0</dd></div>
      <div><dt>in flight</dt><dd id="in-flight">0</dd></div>
      <div><dt>mixed up</dt><dd id="mixed-up" class="good">0</dd></div>
    </dl>
    <p id="status" role="status"></p>
  </div>

  <section class="card" aria-label="Requests in flight">
    <table>
      <caption>The id that each step of each request read</caption>
      <thead><tr id="steps"></tr></thead>
      <tbody id="lanes"></tbody>
    </table>
    <div class="idle" id="idle">
      <div>
        <p>No requests in flight</p>
        <p>Send 20 users, and watch their steps interleave.</p>
        <p>Or send your own request: <code id="curl"></code></p>
      </div>
    </div>
    <p class="more" id="more"></p>
  </section>

  <section class="how">
    <div>
      <h2>What you see</h2>
      <p>
        The server sends the users to itself over separate sockets, because a browser would open at most six. They run
        in slow motion: each step first pauses for up to 0.9 seconds, so that the requests interleave.
      </p>
      <p>
        When a request arrives, the server assigns it an id and also keeps that id in a plain variable. It compares each
        read with that variable. A read that differs has a red outline and counts as mixed up. To see that happen, keep
        the ids in a global instead of a storage: <code>THROUGHLINE_STORAGE=global npm start</code>.
      </p>
      <p>
        <a href="/shop">Sign in</a> as several users, each in a separate browser or profile, and see their requests here
        by name. Each user has a separate cart. Two more pages show Throughline in a browser:
        <a href="/browser/">two users at once</a>, and <a href="/tracing/">a Node library that runs in a page</a>.
      </p>
    </div>
<pre><code>import { AsyncLocalStorage } from 'throughline';

const requestId = new AsyncLocalStorage();

<i>// when a request arrives</i>
requestId.run(id, route, request, response);

<i>// in any step, however deep</i>
requestId.getStore();</code></pre>
  </section>
  <noscript><p>This page needs JavaScript.</p></noscript>
</main>

<script type="module">
  const element = (id) => document.getElementById(id);
  const NO_RESPONSE = 'The server does not respond. Check that npm start is running.';
  const TOO_MANY_PAGES = 'Too many pages are open. Close some of them, then reload this page.';
  const rows = [];
  let events;

  element('curl').textContent = `curl ${location.origin}/work`;
  element('send').addEventListener('click', sendUsers);
  document.addEventListener('visibilitychange', connectWhileVisible);
  connectWhileVisible();

  /** Connects to the server while the page is visible. A hidden page holds no connection. */
  function connectWhileVisible() {
    events?.close();
    if (document.hidden) return;
    events = new EventSource('/events');
    events.onmessage = ({ data }) => show(JSON.parse(data));
    events.onopen = () => setStatus('');
    events.onerror = () => setStatus(events.readyState === EventSource.CLOSED ? TOO_MANY_PAGES : NO_RESPONSE);
  }

  async function sendUsers({ currentTarget: button }) {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    setStatus('Sending 20 users…');
    try {
      const response = await fetch('/users', { method: 'POST' });
      if (!response.ok) throw new Error(await response.text());
      const { requests, reads, mixedUp, cartsMixedUp = 0, lost = 0 } = await response.json();
      setStatus(`${requests} responses: ${reads} reads, ${mixedUp + cartsMixedUp} mixed up, ${lost} lost`);
    } catch (error) {
      setStatus(error instanceof TypeError ? NO_RESPONSE : error.message);
    }
    button.setAttribute('aria-disabled', 'false');
  }

  function setStatus(text) {
    element('status').textContent = text;
  }

  /** Shows a snapshot of the server. Each is complete, and only what differs from the page is written. */
  function show({ requests, inFlight, mixedUp, steps, lanes }) {
    if (rows.length === 0) buildTable(steps, lanes.length);
    element('requests').textContent = requests.toLocaleString('en');
    element('in-flight').textContent = inFlight.toLocaleString('en');
    element('mixed-up').textContent = mixedUp.toLocaleString('en');
    element('mixed-up').className = mixedUp === 0 ? 'good' : 'bad';
    for (const [index, lane] of lanes.entries()) showLane(rows[index], lane);
    const shown = lanes.filter((lane) => lane && !lane.done).length;
    element('idle').hidden = inFlight > 0 || lanes.some((lane) => lane);
    element('more').textContent =
      inFlight > shown ? `and ${(inFlight - shown).toLocaleString('en')} more without a free lane` : '';
  }

  function showLane({ row, id, cells }, lane) {
    setIfChanged(row, 'className', lane?.done ? 'done' : '');
    setIfChanged(id, 'textContent', lane ? [lane.id, lane.user].filter((part) => part !== null).join(' ') : '');
    cells.forEach((cell, step) => {
      const read = lane?.reads[step];
      const isNow = lane && !lane.done && step === lane.reads.length;
      const isOwnId = read === lane?.id;
      setIfChanged(cell, 'className', read === undefined ? (isNow ? 'now' : '') : isOwnId ? 'read' : 'read wrong');
      setIfChanged(cell, 'textContent', read === undefined ? '' : isOwnId ? String(read) : `≠ ${read ?? 'none'}`);
      // The golden angle gives adjacent ids very different hues.
      cell.style.setProperty('--hue', (((isNow ? lane.id : (read ?? 0)) * 137.5) % 360).toFixed(0));
    });
  }

  function setIfChanged(node, property, value) {
    if (node[property] !== value) node[property] = value;
  }

  function buildTable(steps, laneCount) {
    element('steps').append(...['request', ...steps].map((name) => header('col', name)));
    for (let lane = 0; lane < laneCount; lane++) {
      const row = document.createElement('tr');
      const id = header('row', '');
      id.className = 'id';
      const cells = steps.map(() => document.createElement('td'));
      row.append(id, ...cells);
      element('lanes').append(row);
      rows.push({ row, id, cells });
    }
  }

  function header(scope, text) {
    const cell = document.createElement('th');
    cell.scope = scope;
    cell.textContent = text;
    return cell;
  }
</script>
</body>
</html>
