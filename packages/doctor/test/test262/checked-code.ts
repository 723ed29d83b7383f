/** Loads the doctor, and returns code with its insertions, as the doctor hands it to the loader of Node. */
import { Module } from 'node:module';

interface CommonJsLoader {
  _compile(this: unknown, text: string, filename: string, format: string): unknown;
}

/** The functions that inserted text calls are global. */
const GLOBALS = /^__td/;

const loader = Module.prototype as unknown as CommonJsLoader;

export interface Checks {
  /** @returns the code with the insertions; the code itself if nothing is inserted */
  readonly insert: (code: string, filename: string) => string;
  /** What the inserted text refers to. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/** The doctor must be loaded in this process by nothing else. */
export async function loadDoctor(): Promise<Checks> {
  const { _compile: compile } = loader;
  const received = new Map<string, string>();
  // Packages are compiled as before.
  loader._compile = function (text, filename, ...rest) {
    if (!received.has(filename)) return compile.call(this, text, filename, ...rest);
    received.set(filename, text);
  };
  await import('@throughline/doctor/register');
  const names = Object.getOwnPropertyNames(globalThis).filter((name) => GLOBALS.test(name));
  return {
    insert(code, filename) {
      received.set(filename, code);
      loader._compile(code, filename, 'commonjs');
      const text = received.get(filename) ?? code;
      received.delete(filename);
      return text;
    },
    globals: Object.fromEntries(names.map((name) => [name, Reflect.get(globalThis, name)])),
  };
}
