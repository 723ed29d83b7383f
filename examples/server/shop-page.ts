/** The HTML pages of the shop. They consist of plain forms and need no JavaScript. */

/** @param user undefined if no user is signed in */
export function renderShopPage(user: string | undefined, cart: readonly string[], products: readonly string[]): string {
  const title = user === undefined ? 'Sign in' : `${escapeHtml(user)}'s cart`;
  return renderPage(title, user === undefined ? signInHtml : cartHtml(user, cart, products));
}

/** @param reason plain text that states why the request failed */
export function renderErrorPage(reason: string): string {
  return renderPage(
    'Request failed',
    `<h1>Request failed</h1>\n<p>${escapeHtml(reason)}</p>\n<p><a href="/shop">Back to the shop</a></p>`,
  );
}

/** `title` and `body` are HTML, so any text in them must be escaped. */
function renderPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title} · Throughline</title>
<style>
  body { max-width: 34rem; margin: 40px auto; padding: 0 20px; font: 16px/1.55 system-ui, sans-serif; }
  .brand { margin: 0; color: #2b59d9; font-size: 14px; font-weight: 700; }
  h1 { margin: 4px 0 12px; font-size: 30px; line-height: 1.2; letter-spacing: -0.02em; overflow-wrap: anywhere; }
  p { opacity: 0.85; }
  form { display: inline-block; margin: 0 6px 10px 0; }
  input, button { padding: 10px 16px; border: 1px solid #8886; border-radius: 10px; font: inherit; }
  button { border: 0; background: #2b59d9; color: #fff; font-weight: 700; cursor: pointer; }
  button.quiet { background: #8883; color: inherit; }
  ul { padding: 14px 18px; border: 1px solid #8884; border-radius: 14px; list-style: none; }
  :focus-visible { outline: 3px solid #2b59d9; outline-offset: 2px; }
</style>
<p class="brand">Throughline</p>
${body}
<p><a href="/">See the requests in flight</a></p>
</html>
`;
}

const signInHtml = `<h1>Sign in</h1>
<p>Use any name. This example has no passwords.</p>
<form method="post" action="/sign-in">
  <input name="user" aria-label="Name" placeholder="Name" maxlength="32" required autofocus>
  <button>Sign in</button>
</form>
<p>To be signed in as several users at once, open this page once per user, each time in another browser, another
profile or a private window. All windows of a profile share their cookies, and therefore the user. So do all private
windows of a browser.</p>`;

function cartHtml(user: string, cart: readonly string[], products: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const item of cart) counts.set(item, (counts.get(item) ?? 0) + 1);
  const listItems = [...counts].map(([item, count]) => `<li>${count} × ${escapeHtml(item)}</li>`);
  const buttons = products.map(
    (item) => `<form method="post" action="/cart"><button name="item" value="${item}">Add a ${item}</button></form>`,
  );
  return `<h1>${escapeHtml(user)}'s cart</h1>
<ul>${listItems.length === 0 ? '<li>The cart is empty</li>' : listItems.join('')}</ul>
${buttons.join('\n')}
<form method="post" action="/sign-out"><button class="quiet">Sign out</button></form>
<p><a href="/work?slow">Work as ${escapeHtml(user)}</a>: the request takes a few seconds, and its lane appears among the requests
in flight.</p>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
