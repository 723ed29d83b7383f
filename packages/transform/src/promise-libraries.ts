/**
 * Libraries with a promise class of their own. They call the reactions of many promises in one job, or in the job in
 * which a promise was settled: in the frame of other code, and of another flow. Code at the end of the file that defines
 * the class makes each reaction run in the frame of the call that has added it, as those of the language's promises do.
 *
 * The libraries are complete and have not changed for years, so the table names their files.
 */

export interface PromiseLibrary {
  /** Matches the paths of the files of one module format. */
  readonly files: RegExp;
  readonly isModule: boolean;
  /** An expression for the class, or for the exports that hold it, at the end of the file. */
  readonly promiseClass: string;
  readonly format: (promiseClass: string, isModule: boolean) => string;
}

/** The folder of a package, followed by the paths of files in it. */
const filesOf = (name: string, paths: string) => new RegExp(`/node_modules/${name}/(?:${paths})$`);

const LIBRARIES: readonly PromiseLibrary[] = [
  {
    files: filesOf('bluebird', 'js/(?:browser|release)/bluebird(?:\\.core)?(?:\\.min)?\\.js'),
    isModule: false,
    promiseClass: 'module.exports',
    format: formatForBluebird,
  },
  {
    files: filesOf('core-js(?:-pure)?', 'modules/es\\.promise\\.constructor\\.js'),
    isModule: false,
    promiseClass: 'PromiseConstructor',
    format: (promiseClass) => `if(FORCED_PROMISE_CONSTRUCTOR)${formatForThen(promiseClass, false)}`,
  },
  { files: filesOf('q', 'q\\.js'), isModule: false, promiseClass: 'module.exports', format: formatForQ },
  ...[
    ['es6-promise', 'dist/es6-promise(?:\\.auto)?(?:\\.min)?\\.js', 'module.exports.Promise'],
    ['promise', '(?:lib|domains|setimmediate)/core\\.js', 'module.exports'],
    ['promise-polyfill', 'lib/index\\.js', 'module.exports'],
    ['rsvp', 'dist/rsvp\\.js', 'exports.Promise'],
    ['when', 'lib/Promise\\.js', 'module.exports'],
    ['when', 'dist/browser/when(?:\\.min|\\.debug)?\\.js', 'module.exports.Promise'],
  ].map(([name = '', paths = '', promiseClass = '']) => ({
    files: filesOf(name, paths),
    isModule: false,
    promiseClass,
    format: formatForThen,
  })),
  ...[
    ['promise-polyfill', 'src/index\\.js'],
    ['rsvp', 'dist/rsvp\\.es\\.js'],
  ].map(([name = '', paths = '']) => ({
    files: filesOf(name, paths),
    isModule: true,
    promiseClass: 'Promise',
    format: formatForThen,
  })),
];

/** Returns the library that a file belongs to, if the file defines its promise class. */
export function findPromiseLibrary(filename: string): PromiseLibrary | undefined {
  const path = filename.replaceAll('\\', '/');
  return LIBRARIES.find(({ files }) => files.test(path));
}

/** Returns the code that follows a library at the end of its file. */
export function codeAtEnd({ promiseClass, isModule, format }: PromiseLibrary): string {
  return `\n${format(promiseClass, isModule)}`;
}

/** Returns a function that calls `f`, if that is a function, in the frame of this call. */
const BIND =
  'b=(f)=>{if(typeof f!=="function")return f;const a=new A("Promise");' +
  'return function(...v){return a.runInAsyncScope(f,this,...v)}}';

/** Replaces `then()`, which all other methods call. */
function formatForThen(promiseClass: string, isModule: boolean): string {
  const replacement = `const{then}=P.prototype,${BIND};P.prototype.then=function(...r){return then.apply(this,r.map(b))}`;
  return isModule
    ? `import{AsyncResource as _AsyncResource}from"async_hooks";((P,A)=>{${replacement}})(${promiseClass},_AsyncResource);`
    : `((P,A)=>{${replacement}})(${promiseClass},require("async_hooks").AsyncResource);`;
}

/**
 * In Q, `finally()` does not pass its callback to `then()`. All jobs are queued with `Q.nextTick()`. Version 2 has another
 * class and another queue.
 */
function formatForQ(exports: string): string {
  const prototype = 'const P=[Q.makePromise,Q.Promise].map((c)=>c.prototype).find((p)=>p.then)';
  const methods = `for(const k of["then","finally","fin"]){const m=P[k];P[k]=function(...r){return m.apply(this,r.map(b))}}`;
  const jobs = 'const{nextTick}=Q;Q.nextTick=Object.assign((f)=>nextTick(()=>h.runInRoot(f)),nextTick)';
  return `((Q,A,h)=>{${prototype},${BIND};${methods}${jobs}})(${exports},require("async_hooks").AsyncResource,require("throughline/await"));`;
}

/**
 * Bluebird has a context for each callback, in which its option `asyncHooks` captures a resource of Node. Its build for
 * pages has contexts, but not that option. All methods get them from `_getContext()`, apart from `_then()`, and from
 * `coroutine()`, whose generators the queue resumes.
 */
function formatForBluebird(exports: string): string {
  const contexts = 'P._getContext=()=>({domain:null,async:new A("Promise")})';
  const method = `const{_then}=P.prototype,${BIND};P.prototype._then=function(f,r,...o){return _then.call(this,b(f),b(r),...o)}`;
  const generator =
    'function(...a){const i=g.apply(this,a),m=(k)=>b(i[k].bind(i));return{next:m("next"),throw:m("throw"),return:m("return")}}';
  const coroutine = `const c=P.coroutine;if(c)P.coroutine=Object.assign((g,...o)=>c(typeof g==="function"?${generator}:g,...o),c)`;
  const queue = 'const s=P.setScheduler((f)=>s(()=>h.runInRoot(f)))';
  const copies = 'const n=P.getNewLibraryCopy;P.getNewLibraryCopy=()=>p(n())';
  const patch = `const p=(P)=>{${[contexts, method, coroutine, queue, copies].join(';')};return P}`;
  return `((A,h)=>{${patch};p(${exports})})(require("async_hooks").AsyncResource,require("throughline/await"));`;
}
