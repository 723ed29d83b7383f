/** Runs a test of test262 in a realm of its own, and returns what happened there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import type { TestFile } from './test-file.js';

const TIMEOUT = 10_000;
/** Turns of the event loop in which an asynchronous test must end. Those of test262 need a few. */
const TURNS = 200;

export interface RunOptions {
  /** The checkout of test262. */
  readonly folder: string;
  /** What the code needs in its realm. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/**
 * @param code the code of the test, as it is or with the insertions of the doctor
 * @returns `passed`, or the error
 */
export async function runTest(test: TestFile, code: string, { folder, globals }: RunOptions): Promise<string> {
  const isAsync = test.flags.includes('async');
  const context = createRealm();
  const printed: string[] = [];
  context.print = (text: unknown) => printed.push(String(text));
  for (const [name, value] of Object.entries(globals)) Object.defineProperty(context, name, { value });
  const harness = test.flags.includes('raw') ? [] : ['assert.js', 'sta.js'];
  if (isAsync) harness.push('doneprintHandle.js');
  try {
    for (const name of [...harness, ...test.includes]) harnessScript(folder, name).runInContext(context);
    vm.runInContext(code, context, { filename: `${test.name}.checked.js`, timeout: TIMEOUT });
  } catch (error) {
    return textOf(error);
  }
  if (!isAsync) return 'passed';
  for (let turn = 0; printed.length === 0 && turn < TURNS; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  const [result = 'The test did not end.'] = printed;
  return result === 'Test262:AsyncTestComplete' ? 'passed' : result;
}

const scripts = new Map<string, vm.Script>();

function harnessScript(folder: string, name: string): vm.Script {
  let script = scripts.get(name);
  if (script === undefined) {
    script = new vm.Script(readFileSync(join(folder, 'harness', name), 'utf8'), { filename: name });
    scripts.set(name, script);
  }
  return script;
}

/** A realm with the functions that tests expect of their host. */
function createRealm(): vm.Context {
  const context = vm.createContext({});
  context.$262 = {
    global: vm.runInContext('globalThis', context),
    evalScript: (code: string) => vm.runInContext(code, context),
    createRealm: () => createRealm().$262,
    detachArrayBuffer: (buffer: ArrayBuffer) => structuredClone(buffer, { transfer: [buffer] }),
    gc: () => globalThis.gc?.(),
  };
  return context;
}

/** The errors of a test are those of its realm. */
function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { name, message } = error as { readonly name?: unknown; readonly message?: unknown };
  return `${String(name)}: ${String(message)}`;
}
