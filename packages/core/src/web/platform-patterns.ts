// Generated from platform-apis.ts by packages/core/scripts/platform-patterns.mjs. Do not edit.

/*
 * A table is a list of rows, separated by commas. A row consists of a kind, which may be empty, names of classes, and a
 * regular expression for the beginning of the names of members, separated by spaces.
 */

export const callbackMethods =
  ' BaseAudioContext DataTransferItem Document Element FileSystemDirectoryEntry FileSystemDirectoryReader FileSystemEntry FileSystemFileEntry Geolocation HTMLCanvasElement HTMLVideoElement LockManager MediaSession NavigateEvent NavigationPrecommitController Notification RemotePlayback Scheduler deco|getAsS|star|getD|getF|readE|getP|file$|getCu|watc|toBl|requestV|request$|setAc|inte|addH|requestPe|postT';
export const taskFactories =
  ' AbortSignal Element time|anim, IDBFactory IDBDatabase IDBObjectStore IDBIndex IDBCursor (?!on)';
export const taskStarters =
  'load XMLHttpRequest FileReader Animation open|send|abor|readA|play$|reve|finish$,load HTMLMediaElement load$,seek HTMLMediaElement currentT|fast,fullscreen Element requestF';
export const stateSetters =
  'play HTMLMediaElement play$,pause HTMLMediaElement pause$,volume HTMLMediaElement volu|mute,rate HTMLMediaElement playb|defaultP,toggle HTMLDetailsElement HTMLElement open|show|hide|togg,toggle HTMLDialogElement show|close$|requ';
export const bodyReaders = ' Request Response arra|blob|byte|clon|form|json|text';
export const loadProperties =
  ' HTMLImageElement HTMLInputElement HTMLMediaElement HTMLSourceElement HTMLScriptElement HTMLLinkElement HTMLStyleElement HTMLIFrameElement HTMLFrameElement HTMLEmbedElement HTMLObjectElement HTMLTrackElement src$|srcs|sizes|cros|loadi|type|disabled|srcO|media$|href$|rel$|as$|srcd|data';
export const attributeMethods = ' Element setA|togg|removeA';
export const inserters =
  'child Node Element Document DocumentFragment CharacterData appe|insertB|replaceC|prep|replaceD,sibling Element CharacterData befo|afte|replaceW,adjacent Element insertAdjacentE|insertAdjacentT';
export const markupSetters =
  'child Node ShadowRoot text|inne|setH,child Element inne|setH,sibling Element oute,adjacent Element insertAdjacentH';
export const nodeFactories = ' Node Document Range cloneN|impo|createCon';
