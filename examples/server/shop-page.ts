/** The HTML pages of the shop. They consist of plain forms and need no JavaScript. */
import { escapeHtml, renderPage } from './page-template.js';

/** A name that the server did not accept. */
export interface RejectedName {
  readonly name: string;
  /** Plain text that states which names are accepted. */
  readonly problem: string;
}

/** @param rejected undefined until the user has sent the form */
export function renderSignInPage(rejected?: RejectedName): string {
  const attributes = rejected === undefined ? '' : ` value="${escapeHtml(rejected.name)}" aria-invalid="true"`;
  const problem =
    rejected === undefined ? '' : `\n      <p class="problem" id="problem">${escapeHtml(rejected.problem)}</p>`;
  return renderShopPage(
    rejected === undefined ? 'Sign in' : 'Invalid name',
    `<div class="intro">
  <div>
    <h1>Sign in</h1>
    <p class="lead">Each user of this shop has a separate cart, in a session that every function of a request can read.</p>
  </div>
</div>
<section class="card" aria-label="Sign in">
  <form class="sign-in" method="post" action="/sign-in">
    <div>
      <label for="user">Name</label>
      <input id="user" name="user" maxlength="32" autocomplete="off" autocapitalize="none" spellcheck="false"${attributes}
        aria-describedby="${rejected === undefined ? '' : 'problem '}hint" required autofocus>${problem}
      <p class="hint" id="hint">Use any name. This example has no passwords.</p>
    </div>
    <button>Sign in</button>
  </form>
</section>
<section class="how" aria-label="Explanation">
  <div>
    <h2>Be several users at once</h2>
    <p>
      Open this page once per user, each time in another browser, another profile or a private window. All windows of a
      profile share their cookies, and therefore the user. So do all private windows of a browser.
    </p>
    <p>
      Then see <a href="/">the requests in flight</a>: the lanes of a signed-in user show the name.
    </p>
  </div>
${codeHtml}
</section>`,
  );
}

export function renderCartPage(user: string, cart: readonly string[], products: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const item of cart) counts.set(item, (counts.get(item) ?? 0) + 1);
  const listItems = [...counts].map(([item, count]) => `<li>${count} × ${escapeHtml(item)}</li>`);
  const list =
    listItems.length === 0
      ? '<p class="empty" id="cart">The cart is empty</p>'
      : `<ul class="items" id="cart">${listItems.join('')}</ul>`;
  const buttons = products.map((item) => `<button name="item" value="${item}">Add a ${item}</button>`);
  return renderShopPage(
    `${user}'s cart`,
    `<div class="intro">
  <div>
    <h1>${escapeHtml(user)}'s cart</h1>
    <p class="lead">No function of this shop receives the user or the cart. Each reads them from the session of its request.</p>
  </div>
  <form method="post" action="/sign-out"><button class="plain">Sign out</button></form>
</div>
<section class="card" aria-label="Cart">
  ${list}
  <form class="buttons" method="post" action="/cart">
    ${buttons.join('\n    ')}
  </form>
</section>
<section class="how" aria-label="Explanation">
  <div>
    <h2>See your requests</h2>
    <p>
      <a href="/#my-request">Send a request as ${escapeHtml(user)}</a>: its lane appears among the requests in flight, with
      your name. In the terminal, each log line names the request and the user that wrote it.
    </p>
    <h2>Be several users at once</h2>
    <p>
      Open this page in another browser, another profile or a private window, and sign in with another name. Each user
      keeps a separate cart, also after a restart of the server.
    </p>
  </div>
${codeHtml}
</section>`,
  );
}

/** @param reason plain text that states why the request failed */
export function renderErrorPage(reason: string): string {
  return renderShopPage(
    'Request failed',
    `<h1>Request failed</h1>
<p class="notice">${escapeHtml(reason)}</p>
<p><a href="/shop">Back to the shop</a></p>`,
  );
}

/** @param main HTML */
function renderShopPage(title: string, main: string): string {
  return renderPage({ path: '/shop', title, main, stylesheet: '/page/shop.css' });
}

const codeHtml = `<section class="code" tabindex="0" aria-label="Example code"><pre><code>import { session } from '@throughline/request';

<em>// in any function that the request leads to</em>
<mark>session()</mark>.user;
<mark>session()</mark>.update('cart', (cart = []) =&gt; [...cart, item]);</code></pre></section>`;
