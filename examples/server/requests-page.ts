/**
 * The HTML of the live page. The empty table is part of it, so nothing moves when the script has loaded and the first
 * requests arrive.
 */
import { renderPage } from './page-template.js';
import { LANES } from './request-lanes.js';
import { stepNames } from './request-work.js';

const headings = ['request', ...stepNames].map((name) => `<th scope="col"><span>${name}</span></th>`).join('');
const cells = '<td></td>'.repeat(stepNames.length);
const lane = `<tr><th scope="row"><span class="id visually-hidden">free lane</span> <span class="user"></span></th>${cells}</tr>`;

export const requestsPage = renderPage({
  path: '/',
  title: 'Requests in flight',
  stylesheet: '/page/requests.css',
  script: '/page/requests.js',
  main: `<div class="intro">
  <div>
    <h1>Requests in flight</h1>
    <p class="lead">
      Each lane is a request. Each box is a step of its work, labeled with the id that the step read from storage. No
      function passes the id along. A lane in one color read its own id at every step.
    </p>
  </div>
  <div class="buttons needs-script">
    <button type="button" id="send">Send 20 users</button>
    <button type="button" class="plain" id="send-own">Send my request</button>
    <button type="button" class="plain" id="play">Pause</button>
  </div>
</div>
<noscript><p class="notice">This page shows live data and needs JavaScript. <a href="/shop">The shop</a> works without it.</p></noscript>
<div class="totals needs-script">
  <dl>
    <div><dt>requests</dt><dd id="requests">0</dd></div>
    <div><dt>in flight</dt><dd id="in-flight">0</dd></div>
    <div><dt>mixed up</dt><dd id="mixed-up" class="good">0</dd></div>
  </dl>
  <p id="status" role="status"></p>
</div>
<section class="card lanes needs-script" aria-label="Lanes">
  <table>
    <caption>The id that each step of each request read</caption>
    <thead><tr>${headings}</tr></thead>
    <tbody id="lanes">${lane.repeat(LANES)}</tbody>
  </table>
  <div class="idle" id="idle" hidden>
    <p>No requests in flight</p>
    <p>Press Play, or send your own request: <code id="curl">curl /work</code></p>
  </div>
  <p class="more" id="more"></p>
</section>
<section class="how" aria-label="Explanation">
  <div>
    <h2>What you see</h2>
    <p>
      The server sends users to itself, over separate sockets, while this page is open. They run in slow motion: each
      step first pauses for up to 0.9 seconds, so that the requests interleave.
    </p>
    <p>
      When a request arrives, the server assigns it an id and also keeps that id in a plain variable. It compares each
      read with that variable. A read that differs is shown in red and counts as mixed up. To see that happen, keep the
      ids in a global instead of a storage: <code>THROUGHLINE_STORAGE=global npm start</code>.
    </p>
    <p>
      <a href="/shop">Sign in</a> as several users, each in a separate browser or profile, and see their requests here
      by name. Two more pages show Throughline in a browser: <a href="/browser/">two users at once</a>, and
      <a href="/tracing/">the trace of a click</a>.
    </p>
  </div>
<section class="code" tabindex="0" aria-label="Example code"><pre><code>import { AsyncLocalStorage } from 'throughline';

const requestId = new AsyncLocalStorage();

<em>// when a request arrives</em>
requestId.run(id, route, request, response);

<em>// in any step, however deep</em>
<mark>requestId.getStore()</mark>;</code></pre></section>
</section>`,
});
