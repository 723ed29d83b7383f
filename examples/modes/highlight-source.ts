/** Highlights the source code that a page shows: doc comments, and what the page is about. */

/**
 * @param marked a pattern without groups that matches what is marked
 * @returns the source as text and elements: `<em>` for a doc comment, `<mark>` for a match
 */
export function highlightSource(source: string, marked: RegExp): (HTMLElement | string)[] {
  return source
    .trimEnd()
    .split(new RegExp(`(/\\*\\*.*?\\*/|${marked.source})`, 's'))
    .map((part, index) => {
      // A split at a capturing group alternates: plain text at even indexes, matches at odd ones.
      if (index % 2 === 0) return part;
      const element = document.createElement(part.startsWith('/') ? 'em' : 'mark');
      element.textContent = part;
      return element;
    });
}
