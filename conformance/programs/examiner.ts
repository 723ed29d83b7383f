/** From a seed to a report: makes up the program, checks it and, where it fails, shrinks it. */
import { type Api, type Features, featuresOf } from './api.js';
import { check, type Failure, LIMIT_MS } from './compare.js';
import { print } from './format-program.js';
import { generate } from './generate-program.js';
import type { Block, Node, Program } from './program.js';
import { type Failing, shrink } from './shrink-program.js';

/** While a program is shrunk, which may make it hang; what comes out is checked once more with the full limit. */
const SHRINKING_LIMIT_MS = 200;

export interface Finding {
  readonly seed: number;
  /** As it was made up. */
  readonly original: Program;
  readonly shrunk: Program;
  readonly failure: Failure;
}

export class Examiner {
  readonly #ours: Api;
  readonly #native: Api;
  readonly #limitMs: number;
  readonly #features: Features;

  /** A program that has not ended after `limitMs` is taken to hang. */
  constructor(ours: Api, native: Api, limitMs: number = LIMIT_MS) {
    this.#ours = ours;
    this.#native = native;
    this.#limitMs = limitMs;
    this.#features = featuresOf(native, ours);
    keepFollowing(native);
  }

  /** Undefined where the two implementations agree. */
  async examine(seed: number): Promise<Finding | undefined> {
    const original = generate(seed, this.#features);
    const failure = await this.#check(original, this.#limitMs);
    if (failure === undefined) return undefined;
    const { program: shrunk, failure: rest } = await this.#shrink({ program: original, failure });
    return { seed, original, shrunk, failure: rest };
  }

  async #shrink(failing: Failing): Promise<Failing> {
    const { program } = await shrink(failing, (smaller) => this.#check(smaller, SHRINKING_LIMIT_MS));
    const failure = await this.#check(program, this.#limitMs);
    return failure?.kind === failing.failure.kind ? { program, failure } : failing;
  }

  #check(program: Program, limitMs: number): Promise<Failure | undefined> {
    return check(program, this.#ours, this.#native, limitMs);
  }
}

/**
 * Node 20 and 22 follow promises only while some storage is in use. A flow that began before that, and then is the first
 * to set a value with `enterWith`, sets it for whoever else began before: which of the two classes shows it is chance.
 * So one storage stays in use.
 */
function keepFollowing({ AsyncLocalStorage }: Api): void {
  new AsyncLocalStorage().run(true, () => {});
}

const HOW_TO_READ =
  'The values of the storages, in their order, where a statement with this path has ended or a block with it begins:';

export function report({ seed, original, shrunk, failure }: Finding): string {
  const titles = {
    difference: 'the runtime’s own class and ours see different values',
    problem: 'errors that the program does not mean',
    hung: 'it does not end',
  };
  return [
    `Random program ${seed}: ${titles[failure.kind]}.`,
    `To see it again: npm run fuzz -- --seed ${seed}`,
    '',
    `Shrunk from ${sizeOf(original)} statements to ${sizeOf(shrunk)}:`,
    print(shrunk),
    '',
    ...(failure.kind === 'problem' ? [] : [HOW_TO_READ]),
    ...failure.lines,
  ].join('\n');
}

/** The number of statements. */
export function sizeOf({ main }: Program): number {
  const ofBlock = (block: Block): number => block.reduce((sum, statement) => sum + 1 + ofNode(statement), 0);
  const ofNode = ({ blocks, operands }: Node): number =>
    [...blocks.map(ofBlock), ...operands.map(ofNode)].reduce((sum, size) => sum + size, 0);
  return ofBlock(main);
}
