/** Names for the helpers and variables of emitted code that the file does not use itself. */
import { HELPER_NAMES, type HelperName } from '../await-helpers.js';

const VARIABLES = {
  /** What is known of the call that runs: see `throughline/await`. */
  call: 'f',
  /** The result of an `await`, while the frame is restored. */
  result: 'v',
  /** The resources of a block. */
  disposal: 'd',
  error: 'e',
  /** What a `for await` has received. */
  item: 'x',
  /** The length and the elements of a rest parameter. */
  restLength: 'n',
  restElements: 'r',
} as const;

export type VariableName = keyof typeof VARIABLES;

export class FreeNames {
  readonly #code: string;
  readonly #names = new Map<string, string>();
  readonly #prefix: string;

  constructor(code: string, prefix: string) {
    this.#code = code;
    this.#prefix = prefix;
  }

  helper(helper: HelperName): string {
    return this.#nameFor(helper);
  }

  variable(variable: VariableName): string {
    return this.#nameFor(VARIABLES[variable]);
  }

  /** A name for a declaration of the file that no code refers to. */
  unused(position: number): string {
    return this.#nameFor(`unused${position}`);
  }

  /** The helpers whose names were used, with these names. */
  get usedHelpers(): (readonly [helper: HelperName, name: string])[] {
    return HELPER_NAMES.flatMap((helper) => {
      const name = this.#names.get(helper);
      return name === undefined ? [] : [[helper, name] as const];
    });
  }

  /** The same name for the same purpose, in the whole file. */
  #nameFor(purpose: string): string {
    let name = this.#names.get(purpose);
    if (name === undefined) {
      const base = this.#prefix + purpose;
      name = base;
      for (let i = 1; this.#code.includes(name); i++) name = base + i;
      this.#names.set(purpose, name);
    }
    return name;
  }
}
