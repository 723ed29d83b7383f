/**
 * Elements that load something, play something, or open and close: each time it is a task. One is begun by a property, an
 * attribute or a method of the element; by putting the element into the document; and by markup or a copy that it comes
 * from.
 *
 * Where no value is set and no flow has begun any task yet, all of this is passed by.
 */
import { current } from '../engine/current.js';
import { patchCalls } from './patch.js';
import { begin, isAnyKnown } from './task-frames.js';

/** Elements that load, the first ones also outside of the document. */
const SELECTOR = 'img,image,input,video,audio,source,script,link,style,iframe,frame,embed,object,track';
const ANYWHERE = /^(im|in|vi|au)/;
const CLASSES =
  'HTMLImageElement HTMLInputElement HTMLMediaElement HTMLSourceElement HTMLScriptElement HTMLLinkElement ' +
  'HTMLStyleElement HTMLIFrameElement HTMLFrameElement HTMLEmbedElement HTMLObjectElement HTMLTrackElement';
/** What says what is to be loaded, as an attribute and as a property. */
const ATTRIBUTE = /^(src(set|doc|object)?|sizes|data|(xlink:)?href|rel|media|as|type|crossorigin|disabled|loading)$/i;
/** Where nodes are put in, and copies and markup made of them. */
const NODES = 'Node Element Document DocumentFragment ShadowRoot CharacterData Range';

type Run = () => unknown;
type Around = (element: Element, run: Run, args: unknown[], key: string) => unknown;

/** Stands around calls and assignments wherever a value is set, or was when any task began. */
function patchBusy(classes: string, members: RegExp, around: Around): void {
  patchCalls(classes, members, (native, self, args, key) =>
    current.frame === undefined && !isAnyKnown
      ? Reflect.apply(native, self, args)
      : around(self as Element, () => Reflect.apply(native, self, args), args, key),
  );
}

/** This element, which may be new where it is, begins to load what it says, or will once it is there. */
function load(element: Element, into: Element | null, isComing: boolean): void {
  const name = element.localName;
  if (name === 'source') {
    const loader = into?.localName === 'picture' ? into.querySelector('img') : into;
    // A player takes a source while it has none: in the states 0 and 3.
    const { networkState = 0 } = (loader ?? {}) as Partial<HTMLMediaElement>;
    if (loader && networkState % 3 === 0) begin(loader, '', true);
  } else if (ANYWHERE.test(name) ? !isComing || into?.localName === 'picture' : isComing || element.isConnected) {
    begin(element, '', true);
  }
}

function isLoader(node: Partial<Element>): boolean | undefined {
  return node.matches?.(SELECTOR);
}

/** The elements in `root` that load, and itself; texts and strings have none. Where no value is set, `root` has to do. */
function loadersIn(root: Element): Element[] {
  if (current.frame === undefined) return [root];
  return [root, ...Array.from(root.querySelectorAll?.(SELECTOR) ?? [])].filter(isLoader);
}

/** All in `root` that was not there before. */
function loadNew(root: Element, before: ReadonlySet<Element>): void {
  for (const element of loadersIn(root)) {
    // A frame with nothing to show has told so already, or will do so at the root.
    if (!before.has(element) && (element.localName !== 'iframe' || element.matches('[src],[srcdoc]'))) {
      load(element, element.parentElement, false);
    }
  }
}

const loading: Around = (element, run) => {
  load(element, element.parentElement, false);
  return run();
};

const setting: Around = (element, run, args) => {
  const name = String(args.length > 2 ? args[1] : args[0]);
  if (element.localName === 'details' && name === 'open') return changing(element, run, args, name);
  if (ATTRIBUTE.test(name) && isLoader(element)) load(element, element.parentElement, false);
  return run();
};

/** Where a method of this name puts its nodes: beside the element, or into it. */
function placeOf(element: Element, key: string): Element | null {
  return /^(be|af|out|insertA|replaceW)/.test(key) ? element.parentElement : element;
}

/** Before nodes are put in, since a frame may tell at once that it has loaded. */
const inserting: Around = (element, run, args, key) => {
  const into = placeOf(element, key);
  // A style sheet is made anew when it is given a text.
  if (into?.localName === 'style') load(into, null, false);
  for (const node of into && (into.isConnected || isLoader(into)) ? args : []) {
    for (const loader of loadersIn(Object(node))) {
      // A script that was in the document before does not load again.
      if (loader.localName !== 'script' || !loader.isConnected) {
        load(loader, loader === node ? into : loader.parentElement, true);
      }
    }
  }
  return run();
};

const writing: Around = (element, run, _, key) => {
  // As an element it holds no others.
  if (element.localName === 'style') load(element, null, false);
  const root = placeOf(element, key) ?? element;
  const before = new Set(loadersIn(root));
  const result = run();
  loadNew(root, before);
  return result;
};

const copying: Around = (_, run) => {
  const copy = run() as Element;
  loadNew(copy, new Set());
  return copy;
};

/** Begins a task only if something has changed: otherwise nothing is told, and the frame would be left for another. */
const changing: Around = (element, run, _, key) => {
  const isSwitch = /^(play|pause)$/.test(key);
  const { paused, open } = element as Partial<HTMLMediaElement & HTMLDialogElement>;
  const state = () =>
    Reflect.get(element, paused === undefined ? 'open' : isSwitch ? 'paused' : key) ?? element.matches(':popover-open');
  const before = state();
  const result = run();
  if (state() !== before) {
    begin(element, paused === undefined ? 'toggle' : isSwitch ? key : /ate$/.test(key) ? 'rate' : 'volume', true);
    // A dialog that was closed tells so in two events.
    if (open === true) begin(element, '', true);
  }
  return result;
};

export function patchElements(): void {
  patchBusy(CLASSES, ATTRIBUTE, loading);
  patchBusy('Element', /^(set|toggle|remove)Attr/, setting);
  patchBusy(NODES, /^(append|prepend|insert(B|\w+nt$)|replace|before|after)/, inserting);
  patchBusy(NODES, /^((inn|out)er|set|insert\w+)HTML|^textC/, writing);
  patchBusy(NODES, /^(clone|import)Node$|lFragment$/, copying);
  patchBusy('HTMLMediaElement', /^(play|pause|volume|muted|\w+Rate)$/, changing);
  patchBusy('HTMLDetailsElement', /^open$/, changing);
  patchBusy('HTMLDialogElement HTMLElement', /^(show|hide|toggle|close$|requestC)/, changing);
}
