/** What all pages of this server have in common: the design, and the header that links to every page. */

/** The pages, by their path, with the text of their link. The pages that Vite builds repeat this list. */
const pages = {
  '/': 'Requests',
  '/shop': 'Shop',
  '/browser/': 'Two users',
  '/tracing/': 'Tracing',
} as const;

export interface PageContent {
  /** The path of the page; undefined for an error page, which the navigation does not list. */
  readonly path?: keyof typeof pages;
  /** Plain text. */
  readonly title: string;
  /** HTML. Any text in it must be escaped. */
  readonly main: string;
  /** The URL of the page's own stylesheet, in addition to the shared design. */
  readonly stylesheet?: string;
  /** The URL of the page's script, which is a module. */
  readonly script?: string;
}

/** The pages load nothing from other origins, and contain no inline script or style. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; " +
    "base-uri 'none'; frame-ancestors 'none'",
} as const;

export function renderPage({ path, title, main, stylesheet, script }: PageContent): string {
  const links = Object.entries(pages).map(
    ([href, text]) => `<a href="${href}"${href === path ? ' aria-current="page"' : ''}>${text}</a>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · Throughline</title>
<link rel="icon" href="/design/icon.svg">
<link rel="stylesheet" href="/design/page.css">
${stylesheet === undefined ? '' : `<link rel="stylesheet" href="${stylesheet}">\n`}${
  script === undefined ? '' : `<script type="module" src="${script}"></script>\n`
}</head>
<body>
<header class="site">
  <a class="brand" href="/"><img src="/design/icon.svg" alt="" width="24" height="24">Throughline</a>
  <nav aria-label="Pages">
    ${links.join('\n    ')}
  </nav>
</header>
<main>
${main}
</main>
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
