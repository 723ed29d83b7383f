/**
 * Tests one seed: generates its program, compares the implementations on it and, if they differ, shrinks the program.
 */
import { type ComparableFeatures, findComparableFeatures } from './comparable-features.js';
import { compareImplementations, DEFAULT_TIMEOUT_MS, type Failure } from './compare-implementations.js';
import { generateProgram } from './generate-program.js';
import type { Program } from './program.js';
import type { ProgramApi } from './program-api.js';
import { type FailingProgram, shrinkProgram } from './shrink-program.js';

/**
 * The time limit while a program is shrunk, which can make it hang. The result is checked again with the full limit.
 */
const SHRINKING_TIMEOUT_MS = 200;

/** A program on which the implementations differ. */
export interface Finding {
  readonly seed: number;
  /** The generated program. */
  readonly original: Program;
  readonly shrunk: Program;
  /** How the shrunk program fails. */
  readonly failure: Failure;
}

export class SeedTester {
  readonly #ours: ProgramApi;
  readonly #native: ProgramApi;
  readonly #timeoutMs: number;
  readonly #features: ComparableFeatures;

  /** @param timeoutMs the time in milliseconds after which a program counts as hung; default: 15 seconds */
  constructor(ours: ProgramApi, native: ProgramApi, timeoutMs: number = DEFAULT_TIMEOUT_MS) {
    this.#ours = ours;
    this.#native = native;
    this.#timeoutMs = timeoutMs;
    this.#features = findComparableFeatures(native, ours);
    keepOneStorageInUse(native);
  }

  /** Returns undefined if the two implementations agree. */
  async test(seed: number): Promise<Finding | undefined> {
    const original = generateProgram(seed, this.#features);
    const failure = await this.#compare(original, this.#timeoutMs);
    if (failure === undefined) return undefined;
    const shrunk = await this.#shrink({ program: original, failure });
    return { seed, original, shrunk: shrunk.program, failure: shrunk.failure };
  }

  async #shrink(failing: FailingProgram): Promise<FailingProgram> {
    const { program } = await shrinkProgram(failing, (smaller) => this.#compare(smaller, SHRINKING_TIMEOUT_MS));
    const failure = await this.#compare(program, this.#timeoutMs);
    return failure?.kind === failing.failure.kind ? { program, failure } : failing;
  }

  #compare(program: Program, timeoutMs: number): Promise<Failure | undefined> {
    return compareImplementations(program, this.#ours, this.#native, timeoutMs);
  }
}

/**
 * Node 20 and 22 follow promises only while some storage is in use. If a flow that began earlier is the first to set a
 * value with `enterWith`, it sets the value for every other flow that began earlier. Which of the two classes shows
 * this depends on chance, so one storage stays in use.
 */
function keepOneStorageInUse({ AsyncLocalStorage }: ProgramApi): void {
  new AsyncLocalStorage().run(true, () => {});
}
