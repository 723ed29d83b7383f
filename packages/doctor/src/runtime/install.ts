/** Defines the functions that inserted text calls, and watches the classes of storages. */
import vm from 'node:vm';
import { hideInsertedText } from '../instrument/function-to-string.js';
import { CAPTURE, CREATED, ENTER, FORCED, LEAVE, RESUME, SUSPEND, WATCH } from '../instrument/inserted-text.js';
import { scopeOfMade } from './current-scope.js';
import { enter, leave, resume, suspend } from './lost-calls.js';
import { replaceMethod } from './replace-method.js';
import { ReplacingClass, RuntimeAsyncLocalStorage } from './runtime-class.js';
import { Scope } from './scope.js';
import { correctStackTraces } from './stack-traces.js';
import { created } from './twin-storages.js';
import { watchExports } from './watch-exports.js';
import { watchAsyncLocalStorage } from './watch-storages.js';

let isCalled = false;
let hasInstalled = false;

/** Whether this copy of the doctor watches the storages of this process. */
export function isInstalled(): boolean {
  return hasInstalled;
}

/** @param isForced defines the scope that forced checks compare with, in which no code ever runs */
export function install(isForced = false): void {
  if (isCalled) return;
  isCalled = true;
  if (CAPTURE in globalThis) {
    process.emitWarning(
      'Another copy of @throughline/doctor is loaded in this process. It is the one that reports; findings() of this copy ' +
        'returns nothing. Install the package once, and start the program with that copy.',
      { code: 'THROUGHLINE_DOCTOR_COPY' },
    );
    return;
  }
  hasInstalled = true;
  if (isForced) Object.defineProperty(globalThis, FORCED, { value: new Scope(undefined) });
  const functions = {
    [CAPTURE]: scopeOfMade,
    [ENTER]: enter,
    [LEAVE]: leave,
    [SUSPEND]: suspend,
    [RESUME]: resume,
    [CREATED]: created,
    [WATCH]: watchExports,
  };
  // Constants that no loop over the properties of the global object finds. V8 inlines calls of constant globals.
  for (const [name, value] of Object.entries(functions)) Object.defineProperty(globalThis, name, { value });
  hideInsertedText(Function.prototype);
  hideInsertedTextInNewRealms();
  correctStackTraces();
  watchAsyncLocalStorage(RuntimeAsyncLocalStorage.prototype, false);
  if (ReplacingClass !== undefined) watchAsyncLocalStorage(ReplacingClass.prototype, true);
}

/** Every realm has a `Function.prototype` of its own, which shows the functions of all realms. */
function hideInsertedTextInNewRealms(): void {
  const { createContext } = vm;
  replaceMethod(vm, 'createContext', () => {
    return function (this: unknown, ...args: Parameters<typeof createContext>) {
      const context: vm.Context = Reflect.apply(createContext, this, args);
      if (vm.isContext(context)) hideInsertedTextIn(context);
      return context;
    };
  });
  // The realm is created before the code runs in it.
  replaceMethod(vm, 'runInNewContext', () => {
    return ((code, object, options) => {
      const contextOptions = typeof options === 'object' && options !== null ? contextOptionsOf(options) : {};
      return vm.runInContext(code, vm.createContext(object, contextOptions), options);
    }) satisfies typeof vm.runInNewContext;
  });
}

/** Asks a function for its prototype: the global object of a sandbox can lack `Function`, or have another one. */
function hideInsertedTextIn(context: vm.Context): void {
  const fn: unknown = vm.runInContext('(function () {})', context);
  const prototype = typeof fn === 'function' ? Reflect.getPrototypeOf(fn) : null;
  if (prototype !== null) hideInsertedText(prototype as typeof Function.prototype);
}

/** The options of `vm.runInNewContext` that concern the realm have other names than those of `vm.createContext`. */
function contextOptionsOf(options: vm.RunningScriptInNewContextOptions): vm.CreateContextOptions {
  const { contextName: name, contextOrigin: origin, contextCodeGeneration: codeGeneration, microtaskMode } = options;
  return {
    ...(name !== undefined && { name }),
    ...(origin !== undefined && { origin }),
    ...(codeGeneration !== undefined && { codeGeneration }),
    ...(microtaskMode !== undefined && { microtaskMode }),
  };
}
