/** Elements of the page. Texts are never parsed as HTML. */

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Creates an element with attributes and children. An attribute is left out if it is `false`. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const created = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) created.setAttribute(key, value === true ? '' : String(value));
  }
  created.append(...children);
  return created;
}

/** Finds an element of index.html. */
export function find<T extends HTMLElement>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no element #${id} of the expected type.`);
  return found;
}

/** Changes a text only if it differs, so that a selection in it remains. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * Makes the children of an element those of a list, and keeps the elements of items that were there before, with their focus.
 * @param create creates the element of an item
 * @param update shows the item in its element
 */
export function syncChildren<T, E extends HTMLElement>(
  parent: HTMLElement,
  elements: Map<string, E>,
  items: readonly (readonly [key: string, item: T])[],
  create: (item: T, key: string) => E,
  update: (target: E, item: T) => void,
): void {
  const keys = new Set(items.map(([key]) => key));
  for (const [key, known] of elements) {
    if (keys.has(key)) continue;
    known.remove();
    elements.delete(key);
  }
  let previous: Element | null = null;
  for (const [key, item] of items) {
    let own = elements.get(key);
    if (own === undefined) {
      own = create(item, key);
      elements.set(key, own);
    }
    const expected: Element | null = previous === null ? parent.firstElementChild : previous.nextElementSibling;
    if (expected !== own) parent.insertBefore(own, expected);
    update(own, item);
    previous = own;
  }
}
