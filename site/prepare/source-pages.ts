/**
 * Pages that show source files with their line numbers: `/source/packages/core/src/frame.ts.html#L12`. The reference
 * and the conformance table link to them, so that a reader sees the source of the version that the site describes,
 * whether the repository has an address or not. They are plain HTML: VitePress would bundle each as a component.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

export class SourcePages {
  readonly #files = new Set<string>();

  /**
   * Returns the path of the page of a file, which `write()` then writes.
   * @param file the path of the file in the repository
   */
  pathOf(file: string, line: number): string {
    this.#files.add(file);
    return `/source/${file}.html#L${line}`;
  }

  /**
   * @param root the folder of the repository
   * @param pages the folder that VitePress builds
   */
  write(root: string, pages: string): void {
    for (const file of this.#files) {
      const page = join(pages, 'public/source', `${file}.html`);
      mkdirSync(dirname(page), { recursive: true });
      writeFileSync(page, sourcePage(file, readFileSync(join(root, file), 'utf8')));
    }
  }
}

/** Returns a page with the text of a file. */
export function sourcePage(file: string, text: string): string {
  const home = posix.relative(dirname(`/source/${file}`), '/');
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, index) => `<span id="L${index + 1}">${escapeHtml(line)}\n</span>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(file)} | Throughline</title>
<link rel="icon" href="${home}/icon.svg" type="image/svg+xml">
<style>${STYLE}</style>
</head>
<body>
<header><a href="${home}/">Throughline</a> <a href="${home}/reference/">API reference</a></header>
<main>
<h1>${escapeHtml(file)}</h1>
<pre tabindex="0">${lines.join('')}</pre>
</main>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif;
  color: light-dark(#1f2430, #dfe3ea); background: light-dark(#fff, #1b1b1f) }
body { margin: 0 auto; max-width: 72rem; padding: 1rem }
header { display: flex; gap: 1.5rem }
a { color: light-dark(#0a56a8, #8cc0ff) }
h1 { font-size: 1.25rem; overflow-wrap: anywhere }
pre { margin: 0; overflow-x: auto; counter-reset: line; font: 13px/1.6 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
pre span { display: block; min-width: max-content; scroll-margin-top: 30vh }
pre span::before { counter-increment: line; content: counter(line); display: inline-block; width: 3.5em;
  margin-right: 1.5em; text-align: right; color: light-dark(#63697a, #9aa2b1) }
pre span:target { background: light-dark(#fff3bf, #44390f) }
`.trim();

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
