/**
 * Instruments what test runners compile with node:vm: Jest with `vm.compileFunction()` for a realm of its own, and with
 * `new vm.Script()` before version 30.5; Vitest with `vm.runInThisContext()`. Code is instrumented if it names a file as its origin, as if Node had loaded this file.
 */
import { isAbsolute } from 'node:path';
import vm from 'node:vm';
import { CAPTURE, CREATED, ENTER, FORCED, LEAVE, RESUME, SUSPEND, WATCH } from '../instrument/inserted-text.js';
import { replaceMethod } from '../runtime/replace-method.js';
import { instrumentLoadedFile, type LoaderState, urlOf } from './instrument-loaded-file.js';

const GLOBALS = [CAPTURE, ENTER, LEAVE, SUSPEND, RESUME, CREATED, WATCH, FORCED];

type Options = vm.ScriptOptions | string | undefined;

export function patchVm(state: LoaderState): void {
  /** Scripts that refer to the functions of the doctor, which are missing in other realms. */
  const instrumented = new WeakSet<vm.Script>();
  /** By URL. A test runner compiles a file for each test that uses it, and all of them share one table. */
  const known = new Map<string, { code: string; columnOffset: number; text: string | undefined }>();
  const instrument = (code: unknown, options: Options): string | undefined => {
    const { filename, lineOffset = 0, columnOffset = 0 } = optionsOf(options);
    if (typeof code !== 'string' || filename === undefined || lineOffset !== 0) return undefined;
    const url = filename.startsWith('file:') ? filename : isAbsolute(filename) ? urlOf(filename) : undefined;
    if (url === undefined) return undefined;
    const last = known.get(url);
    if (last?.code === code && last.columnOffset === columnOffset) return last.text;
    const text = instrumentLoadedFile(code, url, 'commonjs', state, columnOffset);
    known.set(url, { code, columnOffset, text });
    return text;
  };
  vm.Script = new Proxy(vm.Script, {
    construct(target, [code, options, ...rest], newTarget) {
      const text = instrument(code, options);
      const script: vm.Script = Reflect.construct(target, [text ?? code, options, ...rest], newTarget);
      if (text !== undefined) instrumented.add(script);
      return script;
    },
  });
  Object.defineProperty(vm.Script.prototype, 'constructor', { value: vm.Script, writable: true, configurable: true });
  replaceMethod(vm.Script.prototype, 'runInContext', (original) => {
    return function runInContext(this: vm.Script, ...args: unknown[]): unknown {
      if (instrumented.has(this)) defineGlobalsIn(args[0]);
      return Reflect.apply(original, this, args);
    };
  });
  replaceMethod(vm, 'compileFunction', (original) => {
    return function compileFunction(this: unknown, ...args: unknown[]): unknown {
      const [code, parameters, options, ...rest] = args;
      const text = instrument(code, options as Options);
      if (text === undefined) return Reflect.apply(original, this, args);
      if (typeof options === 'object' && options !== null) defineGlobalsIn(Reflect.get(options, 'parsingContext'));
      return Reflect.apply(original, this, [text, parameters, options, ...rest]);
    };
  });
  for (const name of ['runInThisContext', 'runInContext'] as const) {
    replaceMethod(vm, name, (original) => {
      return function (this: unknown, ...args: unknown[]): unknown {
        const text = instrument(args[0], args.at(name === 'runInContext' ? 2 : 1) as Options);
        if (text === undefined) return Reflect.apply(original, this, args);
        if (name === 'runInContext') defineGlobalsIn(args[1]);
        return Reflect.apply(original, this, [text, ...args.slice(1)]);
      };
    });
  }
}

function optionsOf(options: Options): vm.ScriptOptions {
  if (typeof options === 'string') return { filename: options };
  return typeof options === 'object' && options !== null ? options : {};
}

function defineGlobalsIn(context: unknown): void {
  if (typeof context !== 'object' || context === null || !vm.isContext(context)) return;
  const realm: object = vm.runInContext('globalThis', context);
  for (const name of GLOBALS) {
    const value: unknown = Reflect.get(globalThis, name);
    if (value !== undefined && !(name in realm)) Object.defineProperty(realm, name, { value });
  }
}
