/** Names that the file does not use, for what is written into it. */

export const HELPERS = [
  'asyncCall',
  'guardedCall',
  'generatorCall',
  'moduleEvaluation',
  'creationFrameGenerator',
  'wrapOperand',
  'unwrapResult',
  'wrapReturn',
  'suspendAndSchedule',
  'iterateAsync',
  'delegateAsync',
  'delegateSync',
  'disposal',
] as const;

/** What `throughline/await` exports. */
export type Helper = (typeof HELPERS)[number];

export class Names {
  readonly #code: string;
  readonly #given = new Map<string, string>();
  readonly #prefix: string;

  constructor(code: string, prefix: string) {
    this.#code = code;
    this.#prefix = prefix;
  }

  /** The same name for the same purpose, in the whole file. */
  of(purpose: string): string {
    let name = this.#given.get(purpose);
    if (name === undefined) {
      const base = this.#prefix + purpose;
      name = base;
      for (let i = 1; this.#code.includes(name); i++) name = base + i;
      this.#given.set(purpose, name);
    }
    return name;
  }

  /** The helpers that were asked for, with their names. */
  get helpers(): [Helper, string][] {
    return HELPERS.flatMap((helper) => {
      const name = this.#given.get(helper);
      return name === undefined ? [] : [[helper, name]];
    });
  }
}
