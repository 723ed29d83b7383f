/**
 * What the cases say that a runtime does otherwise, each with the reason: the footnotes of the table. A case that fails
 * and is not in this list fails the matrix, and so does an entry that no case needs.
 */
import { type ImplementationName, portableModes } from './implementations.js';

export interface Difference {
  readonly implementations: readonly ImplementationName[];
  /** Keys of `columns`. */
  readonly columns: readonly string[];
  /** Names of cases. */
  readonly cases: readonly string[];
  readonly reason: string;
}

/** Where it is the runtime that hands a callback the wrong frame, or whose AsyncResource this is: it hits both alike. */
const both = ['throughline', 'native'] as const;
const native = ['native'] as const;
const browsers = ['chromium', 'firefox', 'webkit'];
const portable = [...browsers, 'portable'];
const asyncHooks = ['node20', 'node22', 'node26hooks'];

export const differences: readonly Difference[] = [
  {
    implementations: both,
    columns: ['workerd'],
    cases: [
      'enterWith() sets the value for the rest of the call and all that it starts',
      'enterWith() is not seen by a flow that began before it',
      'enterWith() before the first await of a called async function is seen by its caller',
      'enterWith() after an await is not seen by the awaiting caller',
      'enterWith() in a reaction is not seen by the next reaction, nor by who awaits it',
      'a thenable that a reaction gives back has what the reaction entered',
      'enterWith() inside run() of the same storage ends with it',
      'enterWith() of another storage outlives run(), as in Node',
      'run() with the value that is there already is a plain call: enterWith() inside outlives it, as in Node',
      'enterWith() inside a bound function ends with its call',
      'enterWith() inside a bound function is not seen by its next call, which may be another flow’s',
      'enterWith() in a repeating timer is not seen by its next turn',
      'enterWith() inside a run() leaves nothing for the next turn of a timer or the next call of a bound function',
      'withScope() sets the value until dispose(), once',
      'withScope() keeps its value in what is started before dispose()',
      'Variable: run() puts the whole frame back, enterWith() of another storage included',
    ],
    reason:
      'workerd can change the current value only for the time of a call. `enterWith()` and `withScope()` throw; with Throughline the error has the code `ERR_METHOD_NOT_IMPLEMENTED` and says to use `run()`.',
  },
  {
    implementations: native,
    columns: ['node20', 'node22', 'deno'],
    cases: [
      'withScope() sets the value until dispose(), once',
      'withScope() keeps its value in what is started before dispose()',
      'enterWith() inside a run() leaves nothing for the next turn of a timer or the next call of a bound function',
    ],
    reason: '`withScope()` came with Node 24.',
  },
  {
    implementations: native,
    columns: ['node20', 'node22', 'node26hooks', 'deno', 'workerd'],
    cases: [
      'defaultValue is what getStore() gives where no value was set, and after disable()',
      'undefined that was set is not the default value',
      'name is the option made a string, and empty without it',
      'options that are no object are ERR_INVALID_ARG_TYPE',
      'methods and statics have Node’s names and lengths',
    ],
    reason:
      'The options of the constructor came with Node 24; the async hooks class of Node and Deno’s class give the default value for an `undefined` that was set, and show fields of their own.',
  },
  {
    implementations: native,
    columns: [...asyncHooks, 'deno', 'workerd'],
    cases: [
      'disable() takes the value out of the flow, and run() sets one again',
      'disable() reaches the work that was started in the same frame, and no other',
      'run() puts back the value that it found, also where disable() was called meanwhile in the frame before',
      'disable() leaves the values of other storages',
      'disable() where nothing was set does nothing',
      'a subclass works, and exit() goes through its run()',
    ],
    reason:
      'With async hooks and in Deno, `disable()` is for all flows until the next `run()`, which brings all their values back; `exit()` is built on it. workerd does not have `disable()`.',
  },
  {
    implementations: native,
    columns: asyncHooks,
    cases: [
      'enterWith() inside a bound function is not seen by its next call, which may be another flow’s',
      'enterWith() in a repeating timer is not seen by its next turn',
      'enterWith() inside a run() leaves nothing for the next turn of a timer or the next call of a bound function',
      'what a request handler enters is not seen by the next request on the same socket',
      'a bound function or snapshot that is called inside its own call runs in its own frame again',
    ],
    reason:
      'With async hooks, what is set belongs to the resource: what was entered is there when the resource runs again, for another flow, and what `run()` has set when it runs inside itself. Throughline takes the one out when the code ends, and gives a bound function its frame again.',
  },
  {
    implementations: native,
    columns: ['node20', 'node22', 'node24', 'node26', 'node26hooks', 'bun'],
    cases: [
      'a storage that is dropped is collected, with its values, while a flow that has them goes on',
      'a storage whose value refers to it is collected all the same',
    ],
    reason: 'The frame of the flow holds the storage, and the storage its value.',
  },
  {
    implementations: native,
    columns: asyncHooks,
    cases: ['a hundred thousand flows leave nothing behind'],
    reason:
      'Every storage that was ever used is kept in a list and copied into every promise. After the cases before it there are so many that this one does not end in ten seconds.',
  },
  {
    implementations: ['throughline'],
    columns: ['workerd'],
    cases: [
      'disable() reaches the work that was started in the same frame, and no other',
      'run() puts back the value that it found, also where disable() was called meanwhile in the frame before',
    ],
    reason:
      'When a `run()` ends, workerd puts back the very frame that was there before, so a `disable()` reaches all who share it.',
  },
  {
    implementations: native,
    columns: ['bun', 'workerd'],
    cases: [
      'run() calls the function with null as this',
      'bind() runs the function in the frame of the call to bind(), with the caller’s this and arguments',
    ],
    reason: 'Bun and workerd have `undefined` or the global object as `this`, and `bind()` loses the caller’s.',
  },
  {
    implementations: native,
    columns: ['deno'],
    cases: [
      'exit() runs the function with undefined, and what it starts too',
      'a FileReader that reads again in its own listener tells of it in the frame of that call',
      'enterWith() of another storage outlives run(), as in Node',
      'run() with the value that is there already is a plain call: enterWith() inside outlives it, as in Node',
    ],
    reason: 'Deno’s `run()` puts the whole frame back, and its `exit()` ends with the call.',
  },
  {
    implementations: both,
    columns: ['bun', 'deno', 'workerd'],
    cases: [
      'a type that is no string is ERR_INVALID_ARG_TYPE',
      'a triggerAsyncId that is no id is ERR_INVALID_ASYNC_ID',
      'asyncId() and triggerAsyncId() are numbers',
      'triggerAsyncId() gives the option',
      'emitDestroy() gives the resource, and its frame stays',
      'bind() gives a function of the same length that runs in the resource’s frame',
      'bind() takes this from its second argument, else from the caller',
      'bind() of what is no function is ERR_INVALID_ARG_TYPE',
    ],
    reason:
      'Throughline’s `AsyncResource` is the runtime’s own class. Deno’s has no `triggerAsyncId()` and checks nothing; Bun’s and workerd’s `emitDestroy()` gives `undefined`; workerd’s `bind()` and its errors are simpler. `AsyncLocalStorage.bind()` is Throughline’s and whole everywhere.',
  },
  {
    implementations: both,
    columns: ['deno', 'workerd'],
    cases: ['two queued next() calls: both steps run in the first one’s frame'],
    reason: 'In Deno and workerd the second step of the body runs at the root.',
  },
  {
    implementations: both,
    columns: ['node20', 'workerd'],
    cases: ['the callback of finished() runs in the frame of the call, not in that of the end'],
    reason: 'Node 20 and workerd call it in the frame of the code that ended the stream.',
  },
  {
    implementations: both,
    columns: ['bun', 'workerd'],
    cases: [
      'a timer that is refreshed after it has run runs in the frame of refresh()',
      'a timer that is refreshed while it waits runs in the frame of setTimeout',
    ],
    reason:
      'A timer that is refreshed stays in the frame of `setTimeout` in Bun, also where it has run before; in workerd it goes over to that of `refresh()`, also where it has not.',
  },
  {
    implementations: both,
    columns: ['bun'],
    cases: [
      'the data listener of a socket that a server has accepted runs in the empty frame',
      'the close listener of a request whose client has gone away runs in the empty frame',
      'the error listener of a request that another flow aborts runs in the frame of abort()',
    ],
    reason:
      'Bun runs the listeners of an accepted socket and of a request that is closed in the frame of `listen()`, those of a request that is aborted in the frame of the request.',
  },
  {
    implementations: both,
    columns: ['bun', 'deno'],
    cases: ['the message listener of a datagram socket runs in the frame in which the socket was made'],
    reason: 'Bun and Deno run it in the frame of `bind()`.',
  },
  {
    implementations: both,
    columns: ['bun', 'deno'],
    cases: [
      'the listeners of an HTTP/2 stream run in the frame of request(), also where streams share a session',
      'the callbacks of an HTTP/2 session’s ping and settings run in the frame of the call',
    ],
    reason: 'Some of these callbacks run at the root.',
  },
  {
    implementations: both,
    columns: ['bun'],
    cases: [
      'cancel() of a ReadableStream’s source runs in the frame of the call',
      'the pull() of a ReadableStream that waits runs in the frame of the read() that causes it',
    ],
    reason: 'Bun runs the methods of a stream’s source in the frame in which the stream was made.',
  },
  {
    implementations: both,
    columns: ['bun'],
    cases: [
      'the listeners of a worker run in the frame in which it was made',
      'the unhandledRejection listener runs in the frame of the rejection',
      'the listener of a signal runs in the frame that began to listen for it',
      'the callback of a PerformanceObserver runs in the frame of the first entry that it is told of',
    ],
    reason: 'Bun runs them at the root.',
  },
  {
    implementations: both,
    columns: ['bun', 'deno', 'workerd'],
    cases: ['the listeners of AbortSignal.timeout run in the frame of the call that made the signal'],
    reason: 'These runtimes run them at the root.',
  },
  {
    implementations: both,
    columns: ['bun', 'deno', 'workerd'],
    cases: [
      'the message listener of a MessagePort runs in the frame in which its channel was made',
      'the message listener of a MessagePort that nobody’s flow has made runs in the empty frame',
      'the message listener of a MessagePort that came in a message runs in the empty frame',
      'the message listener of a BroadcastChannel runs in the frame in which the channel was made',
    ],
    reason:
      'A message runs at the root in Bun. In Deno it runs in the frame in which the port’s listener was set or, for a BroadcastChannel, that of the post; in workerd in that of the post. workerd cannot send a port in a message.',
  },
  {
    implementations: both,
    columns: ['deno'],
    cases: [
      'the listeners and callbacks of a socket run in the frame of net.connect',
      'a socket’s listener does not run in the frame in which it was registered',
      'the callback of a server’s close() runs in the frame of the call',
      'the listeners and callbacks of a TLS socket run in the frame of tls.connect',
      'the callbacks of a datagram socket’s bind, send and close run in the frame of the call',
      'the request handler of a server runs in the frame of listen()',
      'the upgrade and information listeners of a request run in the frame of http.request',
      'the listeners of an HTTPS request run in the frame of the call, on a keep-alive socket too',
      'the stream listener of an HTTP/2 server runs in the frame of listen()',
      'the listeners of a child process’s output run in the frame of spawn()',
    ],
    reason: 'Deno runs them, or some of them, at the root. A value that is missing can be kept with `bind()`.',
  },
  {
    implementations: both,
    columns: ['deno', 'workerd'],
    cases: [
      'the uncaughtException listener runs in the frame of the callback that threw, which is gone after it',
      'the rejectionHandled listener runs in the empty frame',
    ],
    reason:
      'Deno runs the first at the root where a timer or an immediate threw; workerd has no such event, and runs the second in the frame of the handler.',
  },
  {
    implementations: both,
    columns: ['workerd'],
    cases: [
      'the promisified setTimeout and setImmediate leave the awaiting flow its frame',
      'a loop over the lines of a file stays in its frame',
    ],
    reason: 'workerd has the names and not the function.',
  },
  {
    implementations: ['throughline'],
    columns: ['workerd'],
    cases: ['a diagnostics channel sets a storage that is bound to it, for the time of runStores()'],
    reason:
      'workerd’s `bindStore()` takes its own class only. Node, Bun and Deno call `run()` of whatever they are given.',
  },
  {
    implementations: ['interception'],
    columns: portable,
    cases: [
      'after await of a plain value',
      'after await of a thenable, whose then() runs in the awaiting frame',
      'in catch after a thenable rejects',
      'after return of a promise and of a thenable from an async function',
      'in for await over an async generator and after leaving it early',
      'two queued next() calls: both steps run in the first one’s frame',
    ],
    reason:
      'Interception sees the `await` of a promise and nothing else. After an `await` of a plain value or a thenable, in a `finally` of a generator that is left early, and in the second of two queued steps of a generator the frame is the empty one, and never another flow’s. The transform sees them all.',
  },
  {
    implementations: portableModes,
    columns: portable,
    cases: [
      'the pull() of a ReadableStream that fills it at the start runs in the frame in which the stream was made',
      'a loop over a web stream stays in its frame, and so does the pull() that it causes',
      'pipeTo(), pipeThrough() and tee() leave the awaiting flow its frame',
    ],
    reason:
      'Where the platform does not call the functions of a stream’s source or sink at once, but when the step before is done, they run in the empty frame. Who reads, loops or pipes keeps its own.',
  },
  {
    implementations: portableModes,
    columns: ['portable'],
    cases: ['the listeners of AbortSignal.timeout run in the frame of the call that made the signal'],
    reason:
      'The patches go by the members that a class of the web lists, and Node does not list those of its `AbortSignal`. A page has the promise kept.',
  },
];

/** The entry that says why this case fails there. */
export function findDifference(
  column: string,
  implementation: ImplementationName,
  name: string,
): Difference | undefined {
  return differences.find(
    (difference) =>
      difference.implementations.includes(implementation) &&
      difference.columns.includes(column) &&
      difference.cases.includes(name),
  );
}
