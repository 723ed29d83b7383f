/** Shows the source of what runs, with the reads of the storage and the remarks told apart. */

const PARTS = /(\/\*\*.*?\*\/|user\.getStore\(\))/s;

export function highlightSource(source: string): (HTMLElement | string)[] {
  return source
    .trimEnd()
    .split(PARTS)
    .map((part, index) => {
      // Between two of the parts there is always plain text.
      if (index % 2 === 0) return part;
      const element = document.createElement(part.startsWith('/') ? 'em' : 'mark');
      element.textContent = part;
      return element;
    });
}
