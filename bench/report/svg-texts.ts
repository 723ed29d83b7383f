/**
 * Reads the texts of an SVG document, for tests.
 * @throws {Error} if the document is not well-formed XML of the kind that renderSvgDocument() writes
 */
export function readSvgTexts(xml: string): string[] {
  const open: string[] = [];
  const texts: string[] = [];
  let roots = 0;
  const token = /<(\/?)([a-z]+)((?: [A-Za-z][A-Za-z0-9-]*="[^"<&]*")*)( ?\/)?>|((?:[^<>&]|&(?:amp|lt|gt|quot);)+)/gy;
  while (token.lastIndex < xml.length) {
    const position = token.lastIndex;
    const found = token.exec(xml);
    if (found === null) throw new Error(`The XML is not well-formed at: ${xml.slice(position, position + 40)}`);
    const [, slash, name = '', attributes = '', isEmpty, text] = found;
    if (text !== undefined) {
      if (text.trim() === '') continue;
      if (open.length === 0) throw new Error(`Text outside the root element: ${text}`);
      texts.push(text);
    } else if (slash === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes an element that is not open.`);
    } else {
      const names = [...attributes.matchAll(/ ([A-Za-z][A-Za-z0-9-]*)=/g)].map((match) => match[1]);
      if (new Set(names).size < names.length) throw new Error(`<${name}> has an attribute twice.`);
      if (open.length === 0 && ++roots > 1) throw new Error('The document has two root elements.');
      if (isEmpty === undefined) open.push(name);
    }
  }
  if (open.length > 0 || roots !== 1) throw new Error(`Elements are not closed: ${open.join(', ')}`);
  return texts;
}
