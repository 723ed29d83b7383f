/** Names for the helpers and variables of emitted code, which the file itself does not use. */
import type { Program } from 'oxc-parser';
import { findUsedNames } from '../analysis/used-names.js';
import type { Block } from '../scan/scan-code.js';
import { HELPER_NAMES, type HelperName } from './await-helpers.js';

const VARIABLES = {
  /** The object of the current call of a function, through which all of its suspensions go: see `throughline/await`. */
  call: 'f',
  /** The result of an `await` while the frame is restored. */
  result: 'v',
  /** The resources of a block. */
  disposal: 'd',
  error: 'e',
  /** The value that a `for await` has received. */
  item: 'x',
  /** The length and the elements of a rest parameter. */
  restLength: 'n',
  restElements: 'r',
} as const;

export type VariableName = keyof typeof VARIABLES;

/** Matches every purpose, with the number that may follow it in a name. */
const PURPOSE = `(?:${[...HELPER_NAMES, ...Object.values(VARIABLES), 'unused'].join('|')})\\d*`;

export class FreeNames {
  readonly #program: Program;
  readonly #code: string;
  readonly #unusedBlocks: readonly Block[];
  readonly #isScript: boolean;
  readonly #prefix: string;
  readonly #names = new Map<string, string>();
  #used: ReadonlySet<string> | undefined = undefined;

  /**
   * @param unusedBlocks blocks of the code that the program does not contain
   * @param isScript whether the file is a classic script, in which the names of helpers are global
   */
  constructor(program: Program, code: string, unusedBlocks: readonly Block[], isScript: boolean) {
    this.#program = program;
    this.#code = code;
    this.#unusedBlocks = unusedBlocks;
    this.#isScript = isScript;
    this.#prefix = isScript ? '_throughline_' : '_';
  }

  helper(helper: HelperName): string {
    return this.#nameFor(helper);
  }

  variable(variable: VariableName): string {
    return this.#nameFor(VARIABLES[variable]);
  }

  /** Returns a name for the declaration at a position of the file. No code refers to this name. */
  unused(position: number): string {
    return this.#nameFor(`unused${position}`);
  }

  /** The helpers for which a name was requested, with the names. */
  get namedHelpers(): (readonly [helper: HelperName, name: string])[] {
    return HELPER_NAMES.flatMap((helper) => {
      const name = this.#names.get(helper);
      return name === undefined ? [] : [[helper, name] as const];
    });
  }

  /** A purpose has the same name in the whole file. */
  #nameFor(purpose: string): string {
    let name = this.#names.get(purpose);
    if (name === undefined) {
      const base = this.#prefix + purpose;
      name = base;
      for (let i = 1; this.#isTaken(name); i++) name = base + i;
      this.#names.set(purpose, name);
    }
    return name;
  }

  #isTaken(name: string): boolean {
    this.#used ??= findUsedNames(this.#program, this.#code, this.#unusedBlocks, this.#prefix + PURPOSE, this.#isScript);
    return this.#used.has(name) || [...this.#names.values()].includes(name);
  }
}
