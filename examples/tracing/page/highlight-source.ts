/** Highlights the source code that the page shows: doc comments, and every span that is opened. */

const HIGHLIGHTED = /(\/\*\*.*?\*\/|inSpan(?=\())/s;

/** @returns the source as text and elements: `<em>` for a doc comment, `<mark>` for a span */
export function highlightSource(source: string): (HTMLElement | string)[] {
  return source
    .trimEnd()
    .split(HIGHLIGHTED)
    .map((part, index) => {
      // A split at a capturing group alternates: plain text at even indexes, matches at odd ones.
      if (index % 2 === 0) return part;
      const element = document.createElement(part.startsWith('/') ? 'em' : 'mark');
      element.textContent = part;
      return element;
    });
}
