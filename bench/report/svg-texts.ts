/**
 * For tests: the texts of a document.
 * @throws where it is not well-formed XML of the kind that is written here
 */
export function svgTexts(xml: string): string[] {
  const open: string[] = [];
  const texts: string[] = [];
  let roots = 0;
  const token = /<(\/?)([a-z]+)((?: [A-Za-z][A-Za-z0-9-]*="[^"<&]*")*)( ?\/)?>|((?:[^<>&]|&(?:amp|lt|gt|quot);)+)/gy;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const found = token.exec(xml);
    if (found === null) throw new Error(`not well-formed: ${xml.slice(at, at + 40)}`);
    const [, slash, name = '', attributes = '', isEmpty, text] = found;
    if (text !== undefined) {
      if (text.trim() === '') continue;
      if (open.length === 0) throw new Error('text outside of the root');
      texts.push(text);
    } else if (slash === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes what is not open`);
    } else {
      const names = [...attributes.matchAll(/ ([A-Za-z][A-Za-z0-9-]*)=/g)].map((match) => match[1]);
      if (new Set(names).size < names.length) throw new Error(`an attribute twice in <${name}>`);
      if (open.length === 0 && ++roots > 1) throw new Error('two roots');
      if (isEmpty === undefined) open.push(name);
    }
  }
  if (open.length > 0 || roots !== 1) throw new Error(`left open: ${open.join(' ')}`);
  return texts;
}
