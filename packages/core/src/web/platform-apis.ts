/**
 * The members and events of the web platform that are patched, and what they mean. A class or a member that a browser
 * does not have is skipped.
 *
 * Terms: a *task* is work that the platform does later and reports with events on the object that represents it. The
 * *kind* of a task distinguishes the tasks of one object: a media element loads, plays and seeks, each in a separate
 * frame.
 *
 * The tables in `members` are not part of a page. `scripts/platform-patterns.mjs` abbreviates their names and writes
 * them to `platform-patterns.ts`; run it after each change. With full names a page would load 156 more bytes.
 */

export type TaskKind = 'load' | 'play' | 'pause' | 'seek' | 'volume' | 'rate' | 'toggle' | 'fullscreen';

/** Names of members, separated by spaces, by the class that has them: as static members, or on its prototype. */
export type Members = Readonly<Record<string, string>>;

/** Used instead of names: all members of the class, except its event handlers. */
export const ALL_MEMBERS = '*';

export const members = {
  /**
   * Methods that call a function among their arguments as part of their work, or when it is done. Two of them are
   * schedulers that are not functions of the global object: `postTask()` and `requestVideoFrameCallback()`.
   */
  callbackMethods: {
    BaseAudioContext: 'decodeAudioData',
    DataTransferItem: 'getAsString',
    Document: 'startViewTransition',
    Element: 'startViewTransition',
    FileSystemDirectoryEntry: 'getDirectory getFile',
    FileSystemDirectoryReader: 'readEntries',
    FileSystemEntry: 'getParent',
    FileSystemFileEntry: 'file',
    Geolocation: 'getCurrentPosition watchPosition',
    HTMLCanvasElement: 'toBlob',
    HTMLVideoElement: 'requestVideoFrameCallback',
    LockManager: 'request',
    MediaSession: 'setActionHandler',
    NavigateEvent: 'intercept',
    NavigationPrecommitController: 'addHandler',
    Notification: 'requestPermission',
    RemotePlayback: 'watchAvailability',
    Scheduler: 'postTask',
  },

  /** Methods that return the object of the task that they start. The other methods of IndexedDB have no effect. */
  taskFactories: {
    AbortSignal: 'timeout',
    Element: 'animate',
    IDBFactory: ALL_MEMBERS,
    IDBDatabase: ALL_MEMBERS,
    IDBObjectStore: ALL_MEMBERS,
    IDBIndex: ALL_MEMBERS,
    IDBCursor: ALL_MEMBERS,
  },

  /** Methods and attributes that start a task of their object, by kind of task. */
  taskStarters: {
    load: {
      XMLHttpRequest: 'open send abort',
      FileReader: 'readAsArrayBuffer readAsBinaryString readAsDataURL readAsText abort',
      Animation: 'play reverse finish',
      HTMLMediaElement: 'load',
    },
    seek: { HTMLMediaElement: 'currentTime fastSeek' },
    fullscreen: { Element: 'requestFullscreen' },
  },

  /** Methods and attributes that start a task of their element if they change its state, by kind of task. */
  stateSetters: {
    play: { HTMLMediaElement: 'play' },
    pause: { HTMLMediaElement: 'pause' },
    volume: { HTMLMediaElement: 'volume muted' },
    rate: { HTMLMediaElement: 'playbackRate defaultPlaybackRate' },
    toggle: {
      HTMLDetailsElement: 'open',
      HTMLDialogElement: 'show showModal close requestClose',
      HTMLElement: 'showPopover hidePopover togglePopover',
    },
  },

  /** Methods that read the body of a request or a response, or make a copy that reads it. */
  bodyReaders: {
    Request: 'arrayBuffer blob bytes clone formData json text textStream',
    Response: 'arrayBuffer blob bytes clone formData json text textStream',
  },

  /** IDL attributes that determine which resource an element loads, or how. */
  loadProperties: {
    HTMLImageElement: 'src srcset sizes crossOrigin loading',
    HTMLInputElement: 'src type disabled',
    HTMLMediaElement: 'src srcObject crossOrigin loading',
    HTMLSourceElement: 'src srcset sizes type media',
    HTMLScriptElement: 'src type crossOrigin',
    HTMLLinkElement: 'href rel as type media sizes crossOrigin disabled',
    HTMLStyleElement: 'type media disabled',
    HTMLIFrameElement: 'src srcdoc loading',
    HTMLFrameElement: 'src',
    HTMLEmbedElement: 'src type',
    HTMLObjectElement: 'data type',
    HTMLTrackElement: 'src',
  },

  /** Methods that set or remove any attribute. */
  attributeMethods: {
    Element:
      'setAttribute setAttributeNS setAttributeNode setAttributeNodeNS toggleAttribute ' +
      'removeAttribute removeAttributeNS removeAttributeNode',
  },

  /**
   * Methods that insert nodes: into the node on which they are called, next to it, that is, into its parent, or at a
   * position that is an argument.
   */
  inserters: {
    child: {
      Node: 'appendChild insertBefore replaceChild',
      Element: 'append prepend replaceChildren',
      Document: 'append prepend replaceChildren',
      DocumentFragment: 'append prepend replaceChildren',
      CharacterData: 'appendData replaceData',
    },
    sibling: {
      Element: 'before after replaceWith',
      CharacterData: 'before after replaceWith',
    },
    adjacent: { Element: 'insertAdjacentElement insertAdjacentText' },
  },

  /**
   * Methods and attributes that create nodes from markup or text: in the node on which they are called, or as siblings.
   */
  markupSetters: {
    child: {
      Node: 'textContent',
      Element: 'innerHTML setHTML setHTMLUnsafe',
      ShadowRoot: 'innerHTML setHTML setHTMLUnsafe',
    },
    sibling: { Element: 'outerHTML' },
    adjacent: { Element: 'insertAdjacentHTML' },
  },

  /** Methods that return nodes: copies of other nodes, or nodes created from markup. */
  nodeFactories: {
    Node: 'cloneNode',
    Document: 'importNode',
    Range: 'createContextualFragment',
  },
} satisfies Record<string, Members | Record<string, Members>>;

/** The functions among the options of the methods in `callbackMethods`. */
export const OPTION_CALLBACKS = 'update handler precommitHandler';

/** Functions of the global object that call their first argument later. */
export const SCHEDULERS =
  'setTimeout setInterval setImmediate queueMicrotask ' +
  'requestAnimationFrame requestIdleCallback webkitRequestAnimationFrame';

/** Constructors of objects whose task starts when they are made. */
export const TASK_CONSTRUCTORS = 'EventSource WebSocket Worker SharedWorker Notification Audio';

/** The local names of elements that load a resource even while they are outside the document. */
export const DETACHED_LOADERS = 'img,image,input,video,audio';

/** The local names of all elements that load a resource. */
export const LOADERS = `${DETACHED_LOADERS},source,script,link,style,iframe,frame,embed,object,track`;

/** Content attributes that determine which resource such an element loads, or how. */
export const LOAD_ATTRIBUTES =
  'src srcset srcdoc sizes data href xlink:href rel media as type crossorigin disabled loading';

/** Classes with event handlers such as `onload`. */
export const HANDLER_CLASSES =
  'HTMLElement SVGElement Element Document XMLHttpRequest XMLHttpRequestEventTarget FileReader ' +
  'IDBRequest IDBOpenDBRequest IDBTransaction IDBDatabase EventSource WebSocket Worker SharedWorker ' +
  'AbortSignal Notification Animation';

/** The events that report a task, by the kind of the task. An event with the suffix `!` can end its task. */
export const TASK_EVENTS: Readonly<Record<TaskKind, string>> = {
  load:
    'abort! blocked canplay canplaythrough close! complete! durationchange emptied error! finish! load! ' +
    'loadeddata loadedmetadata loadend! loadstart open progress readystatechange show stalled success! suspend ' +
    'timeout! upgradeneeded waitingforkey',
  play: 'play playing waiting timeupdate ended!',
  pause: 'pause!',
  seek: 'seeking seeked!',
  volume: 'volumechange!',
  rate: 'ratechange!',
  toggle: 'toggle!',
  fullscreen: 'fullscreenchange! fullscreenerror!',
};
