/**
 * Rule 4, for elements. An element starts a task when it loads a resource, plays, opens or closes. The cause is a
 * property, an attribute or a method of the element, its insertion, or its creation from markup or as a copy.
 *
 * All of this is skipped while no value is set and no flow has started a task.
 */
import { current } from '../engine/current.js';
import { wrapMembers } from './patch.js';
import { DETACHED_LOADERS, LOAD_ATTRIBUTES, LOADERS, type TaskKind } from './platform-apis.js';
import {
  attributeMethods,
  inserters,
  loadProperties,
  markupSetters,
  nodeFactories,
  stateSetters,
} from './platform-patterns.js';
import { hasTasks, startTask } from './task-frames.js';

type Call = () => unknown;
type ElementWrapper = (element: Element, call: Call, args: unknown[], key: string, kind: string) => unknown;

// The constants of HTMLMediaElement, a class that does not exist in workers.
const NETWORK_EMPTY = 0;
const NETWORK_NO_SOURCE = 3;

/** Wraps calls and assignments, which bypass the wrapper while no value is set and no object has a task. */
function wrapElementMembers(table: string, wrapper: ElementWrapper): void {
  wrapMembers(table, (call, self, args, key, kind) =>
    current.frame === undefined && !hasTasks ? call() : wrapper(self as Element, call, args, key, kind),
  );
}

/**
 * Starts the task of an element that loads its resource now.
 *
 * @param parent the parent of the element once the call is done
 * @param isInserted whether the call inserts the element
 */
function startLoading(element: Element, parent: Element | null = element.parentElement, isInserted = false): void {
  const name = element.localName;
  const isInPicture = parent?.localName === 'picture';
  if (name === 'source') {
    const loader = isInPicture ? parent.querySelector('img') : parent;
    const { networkState = NETWORK_EMPTY } = (loader ?? {}) as Partial<HTMLMediaElement>;
    // A media element loads from a new source only while it has no other:
    // https://html.spec.whatwg.org/#the-source-element
    if (loader && (networkState === NETWORK_EMPTY || networkState === NETWORK_NO_SOURCE)) {
      startTask(loader, 'load', true);
    }
  } else if (
    DETACHED_LOADERS.split(',').includes(name) ? !isInserted || isInPicture : isInserted || element.isConnected
  ) {
    startTask(element, 'load', true);
  }
}

const loaderNames = /* @__PURE__ */ LOADERS.split(',');

/** Strings and text nodes have no name. Looking it up takes a sixth of the time of `matches()`. */
function isLoader({ localName }: Element): boolean {
  return loaderNames.includes(localName);
}

/**
 * Returns the elements of a tree that load a resource. While no value is set, only its root is considered.
 *
 * Most trees contain none, such as the rows of a table. For a row of seven elements, `querySelectorAll()` takes 1.3 µs,
 * and this walk 0.2 µs. It is not recursive, because elements can be nested more deeply than calls.
 */
function findLoaders(root: Element): Element[] {
  const loaders: Element[] = [];
  let element: Element | null | undefined = root;
  while (element) {
    if (isLoader(element)) loaders.push(element);
    // Strings and text nodes have no children.
    let next: Element | null | undefined = current.frame && element.firstElementChild;
    // The root can be a fragment, which is not a parent element.
    for (; !next && element !== root; element = element.parentNode as Element) next = element.nextElementSibling;
    element = next;
  }
  return loaders;
}

const setLoadProperty: ElementWrapper = (element, call) => {
  startLoading(element);
  return call();
};

const setAttribute: ElementWrapper = (element, call, args, key) => {
  // The first argument of `setAttributeNS()` and `removeAttributeNS()` is the namespace.
  const attribute = args[key.endsWith('AttributeNS') ? 1 : 0];
  const name = String((attribute as Attr | undefined)?.name ?? attribute).toLowerCase();
  if (element.localName === 'details' && name === 'open') return changeState(element, call, args, key, 'toggle');
  if (LOAD_ATTRIBUTES.split(' ').includes(name) && isLoader(element)) startLoading(element);
  return call();
};

/**
 * Returns the parent of the nodes that a call inserts. It can also be a document or a fragment, which have fewer
 * members than an element.
 */
function parentOf(element: Element, [position]: unknown[], kind: string): Element | null {
  // `insertAdjacentElement()` and the like insert into the element itself at the positions "afterbegin" and "beforeend".
  const isInside = kind === 'child' || (kind === 'adjacent' && /^(afterb|beforee)/i.test(String(position)));
  return isInside ? element : (element.parentNode as Element | null);
}

/**
 * Inserts nodes. Their tasks start before, because a frame may fire `load` during the insertion:
 * https://html.spec.whatwg.org/#process-the-iframe-attributes
 */
const insertNodes: ElementWrapper = (element, call, nodes, _, kind) => {
  const parent = parentOf(element, nodes, kind);
  // A style element loads again when its text changes.
  if (parent?.localName === 'style') startLoading(parent);
  for (const node of parent && (parent.isConnected || isLoader(parent)) ? nodes : []) {
    for (const loader of findLoaders(Object(node))) {
      // A script that is already in the document does not load again:
      // https://html.spec.whatwg.org/#already-started
      if (loader.localName !== 'script' || !loader.isConnected) {
        startLoading(loader, loader === node ? parent : loader.parentElement, true);
      }
    }
  }
  return call();
};

/**
 * Starts the tasks of the elements that a call creates.
 *
 * @param root where the call inserts them; by default, they are in the tree that it returns
 */
function createElements(call: Call, root?: Element): unknown {
  const before = new Set(root && findLoaders(root));
  const result = call();
  for (const element of findLoaders(root ?? (result as Element))) {
    // A frame without an address has fired `load` during the call, or will fire it in the root.
    if (!before.has(element) && (element.localName !== 'iframe' || element.matches('[src],[srcdoc]'))) {
      startLoading(element);
    }
  }
  return result;
}

const setMarkup: ElementWrapper = (element, call, args, key, kind) => {
  if (element.localName === 'style') startLoading(element);
  // `textContent`, the only one of these whose name begins so, creates no element.
  return key[0] === 't' ? call() : createElements(call, parentOf(element, args, kind) ?? element);
};

/** Starts a task only if the state changes. Otherwise a later event would be attributed to this call. */
const changeState: ElementWrapper = (element, call, _, key, kind) => {
  const { open } = element as Partial<HTMLDialogElement>;
  const property = kind === 'toggle' ? 'open' : kind === 'play' || kind === 'pause' ? 'paused' : key;
  // An element with a property `open` can be a popover as well.
  const readState = () =>
    key.endsWith('Popover') ? element.matches(':popover-open') : (Reflect.get(element, property) as unknown);
  const before = readState();
  const result = call();
  if (readState() !== before) {
    startTask(element, kind as TaskKind, true);
    // A dialog that closes fires `close` in addition to `toggle`.
    if (open === true) startTask(element, 'load', true);
  }
  return result;
};

/** Patches the properties and methods that cause elements to load, play, open and close. */
export function patchElements(): void {
  wrapElementMembers(loadProperties, setLoadProperty);
  wrapElementMembers(attributeMethods, setAttribute);
  wrapElementMembers(inserters, insertNodes);
  wrapElementMembers(markupSetters, setMarkup);
  wrapElementMembers(nodeFactories, (_, call) => createElements(call));
  wrapElementMembers(stateSetters, changeState);
}
