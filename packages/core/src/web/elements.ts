/**
 * Elements that load something, play something, or open and close: each time it is a task. One is begun by a property, an
 * attribute or a method of the element; by putting the element into the document; and by markup or a copy that it comes
 * from.
 *
 * Where no value is set and no flow has begun any task yet, all of this is passed by.
 */
import { current } from '../engine/current.js';
import { find, patchCalls } from './patch.js';
import { begin, isAnyKnown } from './tasks.js';

const LOADING = /^(img|image|input|video|audio|source|script|link|style|iframe|frame|embed|object|track)$/;
/** They load whether or not they are in the document. */
const ANYWHERE = /^(img|image|input|video|audio)$/;
/** In markup: a frame with nothing to show may have loaded before it can be found. */
const SELECTOR =
  'img,image,input,video,audio,source,script,link,style,iframe[src],iframe[srcdoc],frame,embed,object,track';
/** What says what is to be loaded, as an attribute and as a property. */
const ATTRIBUTE = /^(src|srcset|sizes|srcdoc|srcobject|data|href|rel|media|as|type|crossorigin|disabled|loading)$/i;
const INTERFACES = 'Image Script Link Style IFrame Frame Embed Object Media Source Track Input';

const INTO_THIS = {
  'Node.prototype': 'appendChild insertBefore replaceChild',
  'Element.prototype': 'append prepend replaceChildren',
  'Document.prototype': 'append prepend replaceChildren',
  'DocumentFragment.prototype': 'append prepend replaceChildren',
};
const BESIDE_THIS = {
  'Element.prototype': 'before after replaceWith insertAdjacentElement',
  'CharacterData.prototype': 'before after replaceWith',
};
const ATTRIBUTES = { 'Element.prototype': 'setAttribute setAttributeNS removeAttribute toggleAttribute' };
const TEXT = { 'Node.prototype': 'textContent' };
const MARKUP_IN_THIS = {
  'Element.prototype': 'innerHTML setHTMLUnsafe setHTML',
  'ShadowRoot.prototype': 'innerHTML setHTMLUnsafe setHTML',
};
const MARKUP_BESIDE_THIS = { 'Element.prototype': 'outerHTML insertAdjacentHTML' };
const COPIES = {
  'Node.prototype': 'cloneNode',
  'Document.prototype': 'importNode',
  'Range.prototype': 'createContextualFragment',
};

/** Methods and properties that begin a task where they change something; what they change, and the kind of the task. */
const CHANGES = [
  ['HTMLMediaElement', 'play pause', 'paused', 'play'],
  ['HTMLMediaElement', 'volume muted', '', 'volume'],
  ['HTMLMediaElement', 'playbackRate defaultPlaybackRate', '', 'rate'],
  ['HTMLDetailsElement', 'open', 'open', 'toggle'],
  ['HTMLDialogElement', 'show showModal close requestClose', 'open', 'toggle'],
  ['HTMLElement', 'showPopover hidePopover togglePopover', ':popover-open', 'toggle'],
] as const;

type Run = () => unknown;

/** This element, which may be new where it is, begins to load what it says, or will once it is there. */
function load(element: Element, into: Element | null, isComing: boolean): void {
  const name = element.localName;
  if (name === 'source') {
    const loader = into?.localName === 'picture' ? into.querySelector('img') : into;
    if (loader) begin(loader, '', true);
  } else if (ANYWHERE.test(name) ? !isComing || into?.localName === 'picture' : isComing || element.isConnected) {
    begin(element, '', true);
  }
}

function loadersIn(root: ParentNode): Element[] {
  return Array.from(root.querySelectorAll(SELECTOR));
}

/** Before nodes are put somewhere, since a frame may tell at once that it has loaded. */
function come(nodes: readonly unknown[], into: Element | null): void {
  for (const node of nodes as (Element | null | undefined)[]) {
    if (typeof node?.querySelectorAll !== 'function') continue;
    // A script that was in the document before does not load again.
    if (LOADING.test(node.localName) && !(node.localName === 'script' && node.isConnected)) load(node, into, true);
    for (const element of loadersIn(node)) load(element, element.parentElement, true);
  }
}

/** All loaders in this root that were not there before. */
function loadNew(root: ParentNode, run: Run): unknown {
  const before = new Set(loadersIn(root));
  const result = run();
  for (const element of loadersIn(root)) if (!before.has(element)) load(element, element.parentElement, false);
  return result;
}

/** Begins the task if the state of the element has changed. */
function change(element: Element, state: string, kind: string, run: Run): unknown {
  const now = () => (state[0] === ':' ? element.matches(state) : Reflect.get(element, state));
  const before = now();
  const result = run();
  if (now() === before) return result;
  begin(element, kind === 'play' && now() === true ? 'pause' : kind, true);
  // A dialog that was closed tells so in two events.
  if (element.localName === 'dialog' && now() === false) begin(element, '', true);
  return result;
}

export function patchElements(): void {
  for (const name of INTERFACES.split(' ')) {
    const path = `HTML${name}Element.prototype`;
    for (const key of Object.keys(find(path) ?? {})) {
      if (!ATTRIBUTE.test(key)) continue;
      patchBusy({ [path]: key }, (element, run) => {
        load(element, element.parentElement, false);
        return run();
      });
    }
  }
  patchBusy(ATTRIBUTES, (element, run, args) => {
    const name = String(args[args.length > 2 ? 1 : 0]);
    if (element.localName === 'details' && name === 'open') return change(element, name, 'toggle', run);
    if (LOADING.test(element.localName) && ATTRIBUTE.test(name.replace(/.*:/, ''))) {
      load(element, element.parentElement, false);
    }
    return run();
  });
  patchBusy(INTO_THIS, (element, run, args) => {
    loadStyle(element);
    if (element.isConnected || LOADING.test(element.localName)) come(args, element);
    return run();
  });
  patchBusy(BESIDE_THIS, (element, run, args) => {
    if (element.isConnected) come(args, element.parentElement);
    return run();
  });
  patchBusy(TEXT, (element, run) => {
    loadStyle(element);
    return run();
  });
  patchBusy(MARKUP_IN_THIS, (element, run) => {
    loadStyle(element);
    return loadNew(element, run);
  });
  patchBusy(MARKUP_BESIDE_THIS, (element, run) => loadNew(element.parentElement ?? element, run));
  patchBusy(COPIES, (_, run) => {
    const copy = run() as Element;
    if (LOADING.test(copy.localName)) load(copy, null, false);
    if (copy.childElementCount > 0) for (const element of loadersIn(copy)) load(element, element.parentElement, false);
    return copy;
  });
  for (const [name, keys, state, kind] of CHANGES) {
    for (const key of keys.split(' ')) {
      patchBusy({ [`${name}.prototype`]: key }, (element, run) => change(element, state || key, kind, run));
    }
  }
  patchBusy({ 'HTMLMediaElement.prototype': 'load' }, (element, run) => {
    begin(element);
    return run();
  });
  patchBusy({ 'HTMLMediaElement.prototype': 'currentTime fastSeek' }, (element, run) => {
    begin(element, 'seek', true);
    return run();
  });
}

/** Stands around calls and assignments wherever a value is set, or was when any task began. */
function patchBusy(
  table: Readonly<Record<string, string>>,
  around: (element: Element, run: Run, args: unknown[]) => unknown,
): void {
  patchCalls(table, (native, self, args) => {
    const run = () => Reflect.apply(native, self, args);
    return current.frame === undefined && !isAnyKnown ? run() : around(self as Element, run, args);
  });
}

/** A style sheet in the document is made anew with its text. */
function loadStyle(element: Element): void {
  if (element.localName === 'style') load(element, null, false);
}
