/**
 * The properties that `install()` replaces in a page, by object, in all browsers. Properties that a browser does not
 * have are skipped. `*` means all methods and setters of the object, except event handlers.
 *
 * The list does not depend on the version of a browser. It changes only with the patches.
 */
export const patchedMembers: Readonly<Record<string, string>> = {
  AbortSignal: 'timeout',
  'AbortSignal.prototype': 'onabort',
  'Animation.prototype': 'finish onfinish play reverse',
  Array: 'fromAsync',
  'AsyncDisposableStack.prototype': 'Symbol(Symbol.asyncDispose) adopt defer disposeAsync move use',
  'BaseAudioContext.prototype': 'decodeAudioData',
  'CharacterData.prototype': 'after appendData before replaceData replaceWith',
  'DataTransferItem.prototype': 'getAsString',
  'Document.prototype':
    'append importNode onabort oncanplay oncanplaythrough onclose ondurationchange onemptied onended ' +
    'onerror onfullscreenchange onfullscreenerror onload onloadeddata onloadedmetadata onloadstart ' +
    'onpause onplay onplaying onprogress onratechange onreadystatechange onseeked onseeking onstalled ' +
    'onsuspend ontimeupdate ontoggle onvolumechange onwaiting prepend replaceChildren startViewTransition',
  'DocumentFragment.prototype': 'append prepend replaceChildren',
  'Element.prototype':
    'after animate append before innerHTML insertAdjacentElement insertAdjacentHTML insertAdjacentText ' +
    'onfullscreenchange onfullscreenerror outerHTML prepend removeAttribute removeAttributeNS removeAttributeNode ' +
    'replaceChildren replaceWith requestFullscreen setAttribute setAttributeNS setAttributeNode ' +
    'setAttributeNodeNS setHTML setHTMLUnsafe startViewTransition toggleAttribute',
  'EventSource.prototype': 'constructor onerror onopen',
  'EventTarget.prototype': 'addEventListener removeEventListener',
  'FileReader.prototype':
    'abort onabort onerror onload onloadend onloadstart onprogress readAsArrayBuffer readAsBinaryString ' +
    'readAsDataURL readAsText',
  'FileSystemDirectoryEntry.prototype': 'getDirectory getFile',
  'FileSystemDirectoryReader.prototype': 'readEntries',
  'FileSystemEntry.prototype': 'getParent',
  'FileSystemFileEntry.prototype': 'file',
  'Function.prototype': 'toString',
  'Geolocation.prototype': 'getCurrentPosition watchPosition',
  globalThis:
    'Audio EventSource Notification Promise ReadableStream ReadableStreamBYOBReader ReadableStreamDefaultReader ' +
    'Request Response SharedWorker TransformStream WebSocket Worker WritableStream WritableStreamDefaultWriter ' +
    'fetch onerror queueMicrotask requestAnimationFrame requestIdleCallback setInterval setTimeout ' +
    'structuredClone webkitRequestAnimationFrame',
  'HTMLCanvasElement.prototype': 'toBlob',
  'HTMLDetailsElement.prototype': 'open',
  'HTMLDialogElement.prototype': 'close requestClose show showModal',
  'HTMLElement.prototype':
    'hidePopover onabort oncanplay oncanplaythrough onclose ondurationchange onemptied onended onerror ' +
    'onload onloadeddata onloadedmetadata onloadstart onpause onplay onplaying onprogress onratechange ' +
    'onseeked onseeking onstalled onsuspend ontimeupdate ontoggle onvolumechange onwaiting showPopover ' +
    'togglePopover',
  'HTMLEmbedElement.prototype': 'src type',
  'HTMLFrameElement.prototype': 'src',
  'HTMLIFrameElement.prototype': 'loading src srcdoc',
  'HTMLImageElement.prototype': 'crossOrigin loading sizes src srcset',
  'HTMLInputElement.prototype': 'disabled src type',
  'HTMLLinkElement.prototype': 'as crossOrigin disabled href media rel sizes type',
  'HTMLMediaElement.prototype':
    'crossOrigin currentTime defaultPlaybackRate fastSeek load muted pause play playbackRate src ' + 'srcObject volume',
  'HTMLObjectElement.prototype': 'data type',
  'HTMLScriptElement.prototype': 'crossOrigin src type',
  'HTMLSourceElement.prototype': 'media sizes src srcset type',
  'HTMLStyleElement.prototype': 'disabled media type',
  'HTMLTrackElement.prototype': 'src',
  'HTMLVideoElement.prototype': 'requestVideoFrameCallback',
  'IDBCursor.prototype': '*',
  'IDBDatabase.prototype': '* onabort onclose onerror',
  'IDBFactory.prototype': '*',
  'IDBIndex.prototype': '*',
  'IDBObjectStore.prototype': '*',
  'IDBOpenDBRequest.prototype': 'onblocked onupgradeneeded',
  'IDBRequest.prototype': 'onerror onsuccess',
  'IDBTransaction.prototype': 'onabort oncomplete onerror',
  'LockManager.prototype': 'request',
  'MediaSession.prototype': 'setActionHandler',
  'MessagePort.prototype': 'postMessage',
  'Node.prototype': 'appendChild cloneNode insertBefore replaceChild textContent',
  'NavigateEvent.prototype': 'intercept',
  'NavigationPrecommitController.prototype': 'addHandler',
  Notification: 'requestPermission',
  'Notification.prototype': 'constructor onclose onerror onshow',
  Promise: 'resolve try',
  'Promise.prototype': 'constructor finally then',
  'Range.prototype': 'createContextualFragment',
  ReadableStream: 'from',
  'ReadableStream.prototype': 'Symbol(Symbol.asyncIterator) cancel constructor getReader pipeThrough pipeTo tee values',
  'ReadableStreamAsyncIterator.prototype': 'next return',
  'ReadableStreamBYOBReader.prototype': 'cancel constructor read releaseLock',
  'ReadableStreamDefaultController.prototype': 'enqueue',
  'ReadableStreamDefaultReader.prototype': 'cancel constructor read releaseLock',
  'RemotePlayback.prototype': 'watchAvailability',
  'Request.prototype': 'arrayBuffer blob bytes clone constructor formData json text textStream',
  Response: 'json',
  'Response.prototype': 'arrayBuffer blob bytes clone constructor formData json text textStream',
  'Scheduler.prototype': 'postTask',
  'ShadowRoot.prototype': 'innerHTML setHTML setHTMLUnsafe',
  'SharedWorker.prototype': 'constructor onerror',
  'SVGElement.prototype':
    'onabort oncanplay oncanplaythrough onclose ondurationchange onemptied onended onerror onload ' +
    'onloadeddata onloadedmetadata onloadstart onpause onplay onplaying onprogress onratechange onseeked ' +
    'onseeking onstalled onsuspend ontimeupdate ontoggle onvolumechange onwaiting',
  'TransformStream.prototype': 'constructor',
  'WebSocket.prototype': 'constructor onclose onerror onopen',
  WebAssembly: 'Suspending',
  'WebAssembly.Suspending.prototype': 'constructor',
  'Worker.prototype': 'constructor onerror postMessage',
  'WritableStream.prototype': 'abort close constructor getWriter',
  'WritableStreamDefaultWriter.prototype': 'abort close constructor releaseLock write',
  'XMLHttpRequest.prototype': 'abort onreadystatechange open send',
  'XMLHttpRequestEventTarget.prototype': 'onabort onerror onload onloadend onloadstart onprogress ontimeout',
};
