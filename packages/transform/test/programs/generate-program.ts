/**
 * Generates a random program of async functions and async generators: a CommonJS module that exports the functions with
 * which its flows begin. It calls the functions of `program-environment.ts`. Each call that leaves an entry in the
 * trace has a unique number.
 */
import { SeededRandom } from './seeded-random.js';

/** The constructs that are allowed at a position of the program. */
interface Position {
  /** Whether `await` is allowed. */
  readonly isAsync: boolean;
  /** Whether `yield` is allowed. */
  readonly isGenerator: boolean;
  /** Whether `return` is allowed. */
  readonly canReturn: boolean;
  /** The enclosing labels. A `continue` is possible only with those of loops. */
  readonly labels: readonly { readonly label: string; readonly isLoop: boolean }[];
}

interface Callee {
  readonly path: string;
  readonly isGenerator: boolean;
}

const OUTSIDE_FUNCTION: Position = { isAsync: false, isGenerator: false, canReturn: false, labels: [] };

/**
 * @param seed determines the program
 * @param hasUsing whether the JavaScript engine supports `using` and `await using`
 */
export function generateProgram(seed: number, hasUsing: boolean): string {
  return new ProgramGenerator(new SeededRandom(seed), hasUsing).generate();
}

class ProgramGenerator {
  readonly #random: SeededRandom;
  readonly #hasUsing: boolean;
  readonly #callees: Callee[] = [];
  #lastId = 0;

  constructor(random: SeededRandom, hasUsing: boolean) {
    this.#random = random;
    this.#hasUsing = hasUsing;
  }

  generate(): string {
    const functions = Array.from({ length: 3 + this.#below(4) }, (_, i) => this.#function(`f${i}`)).join('\n');
    const flows = Array.from({ length: 1 + this.#below(3) }, () => {
      const callee = this.#random.pick(this.#callees.slice(-3) as [Callee, ...Callee[]]);
      const call = `${callee.path}(${this.#value()})`;
      return `() => ${callee.isGenerator ? `drain(${call})` : call}`;
    });
    return `'use strict';
let x = 0;
const o = { k: 1 };
async function drain(generator) {
  for (let i = 0; i < 6; i++) {
    const result = await generator.next(i);
    show(result);
    if (result.done) return;
  }
  show(await generator.return(1));
}
${functions}
module.exports = [${flows.join(', ')}];
`;
  }

  #function(name: string): string {
    const isGenerator = this.#random.chance(35);
    const position: Position = { isAsync: true, isGenerator, canReturn: true, labels: [] };
    const params = this.#random.pick(['x', 'x = 1', 'x, ...rest', '{ length } = [], x']);
    const hoisted = this.#random.chance(15) ? `var h = 1; function h() {} function h() { return 1; } show(h);\n` : '';
    const body = () => `{\n${this.#step()}\n${hoisted}${this.#outerBlock(position)}}`;
    const star = isGenerator ? '*' : '';
    let code: string;
    let path = name;
    if (this.#random.chance(15)) {
      path = `object_${name}.${name}`;
      code = `const object_${name} = { async ${star}${name}(${params}) ${body()} };`;
    } else if (this.#random.chance(10)) {
      path = `new (class_${name})().${name}`;
      code = `const class_${name} = class { async ${star}#own(${params}) ${body()} ${name}(x) { return this.#own(x); } };`;
    } else if (!isGenerator && this.#random.chance(25)) {
      code = `const ${name} = async (${params}) => ${this.#random.chance(40) ? this.#expression(position, 0) : body()};`;
    } else {
      code = `async function${star} ${name}(${params}) ${body()}`;
    }
    this.#callees.push({ path, isGenerator });
    return code;
  }

  #below(limit: number): number {
    return this.#random.below(limit);
  }

  #id(): number {
    return ++this.#lastId;
  }

  #step(): string {
    return `step(${this.#id()});`;
  }

  /** Most errors are caught nearby, because programs would soon end otherwise. */
  #outerBlock(position: Position): string {
    return this.#list(5 + this.#below(4), () => {
      const statement = this.#statement(position, 0);
      return this.#random.chance(75) ? `try { ${statement} } catch (e) { ${this.#step()} show(e); }` : statement;
    });
  }

  #block(position: Position, depth: number): string {
    return this.#list(1 + this.#below(2), () => this.#statement(position, depth + 1));
  }

  #list(length: number, write: () => string): string {
    return Array.from({ length }, () => `${write()}\n`).join('');
  }

  #value(): string {
    return this.#random.pick(['1', `'s'`, 'null', 'undefined', 'x', '({ a: 1 }).a', '[1, 2].length', '(x, 2)', 'o.k']);
  }

  /** An expression to await. */
  #awaitable(position: Position, depth: number): string {
    const id = this.#id();
    const isDeep = depth > 2;
    switch (this.#below(22)) {
      case 0:
        return this.#value();
      case 1:
        return `resolved(${id})`;
      case 2:
        return `rejected(${id})`;
      case 3:
        return `laterRejected(${id})`;
      case 4:
      case 5:
        return `thenable(${id}, ${this.#below(7)})`;
      case 6:
        return `plain(${id}, ${this.#below(4)})`;
      case 7:
        return `subclassed(${id}, ${this.#below(3)})`;
      case 8:
        return `altered(${id}, ${this.#below(3)})`;
      case 9:
        return `nested(${id})`;
      case 10:
        return `Promise.resolve(${this.#value()})`;
      case 11:
      case 12:
      case 13:
        return this.#call(false) ?? `later(${id})`;
      case 14: {
        const call = this.#call(true);
        return call === undefined ? `later(${id})` : `${call}.next(${this.#below(3)})`;
      }
      case 15: {
        const operand = isDeep ? '1' : this.#awaitable({ ...position, isAsync: false, isGenerator: false }, depth + 1);
        return `run(${100 + this.#below(5)}, () => ${operand})`;
      }
      case 16:
        return isDeep || !position.isAsync ? `later(${id})` : `(${this.#expression(position, depth + 1)})`;
      case 17:
        return isDeep ? `later(${id})` : `(async () => ${this.#expression(this.#nestedFunction(), depth + 1)})()`;
      case 18:
        return isDeep
          ? `later(${id})`
          : `(async (x) => {\n${this.#block(this.#nestedFunction(), depth + 2)}})(${this.#value()})`;
      default:
        return `later(${id})`;
    }
  }

  /** The body of a nested async function. */
  #nestedFunction(): Position {
    return { ...OUTSIDE_FUNCTION, isAsync: true, canReturn: true };
  }

  #call(isGenerator: boolean): string | undefined {
    const callees = this.#callees.filter((callee) => callee.isGenerator === isGenerator);
    const [first, ...others] = callees;
    return first === undefined ? undefined : `${this.#random.pick([first, ...others]).path}(${this.#value()})`;
  }

  #expression(position: Position, depth: number): string {
    if (!position.isAsync) return this.#value();
    const awaited = () => `await ${this.#awaitable(position, depth + 1)}`;
    const other = () => (depth > 3 ? this.#value() : this.#expression(position, depth + 1));
    switch (this.#below(24)) {
      case 0:
        return this.#value();
      case 1:
        return `((${awaited()}) || (${other()}))`;
      case 2:
        return `[${awaited()}, ${this.#value()}, ${awaited()}]`;
      case 3:
        return `({ a: ${awaited()}, [${awaited()}]: 1 })`;
      case 4:
        return `\`<\${${awaited()}}>\${${other()}}\``;
      case 5:
        return `(${awaited()} ? ${other()} : ${other()})`;
      case 6:
        return `count(${this.#value()}, ${awaited()}, ...[${awaited()}])`;
      case 7:
        return `o?.[${awaited()}]`;
      case 8:
        return `(${awaited()} ?? ${other()})`;
      case 9:
        return `await ${awaited()}`;
      case 10:
        return `new (class { static [${awaited()}] = 1; one() { return 1; } })().one()`;
      case 11:
        return `(x = ${awaited()}, x)`;
      case 12:
        return `typeof ${awaited()}`;
      case 13:
        return `(step(${this.#id()}), ${awaited()})`;
      case 14:
        return `(([q = ${this.#value()}] = []) => q)([${awaited()}])`;
      case 15:
      case 16:
        return position.isGenerator ? `(yield ${this.#awaitable(position, depth + 1)})` : awaited();
      case 17:
        return position.isGenerator ? '(yield)' : awaited();
      default:
        return awaited();
    }
  }

  #iterable(position: Position, isAsync: boolean): string {
    const id = this.#id();
    switch (this.#below(isAsync ? 12 : 5)) {
      case 0:
        return `[${this.#value()}, ${isAsync ? this.#awaitable(position, 2) : this.#value()}, ${this.#value()}]`;
      case 1:
      case 2:
        return `steps(${id}, ${this.#below(3)})`;
      case 3:
        return `iterator(${id}, ${this.#below(6)})`;
      case 4:
        return `'ab'`;
      case 5:
        return `promises(${id}, ${this.#below(3)})`;
      case 6:
      case 7:
      case 8:
        return this.#call(true) ?? `asyncIterator(${id}, ${this.#below(9)})`;
      default:
        return `asyncIterator(${id}, ${this.#below(9)})`;
    }
  }

  /** Leaves the enclosing code, depending on the result of `coin()`. */
  #jump({ labels, canReturn }: Position): string {
    const exits: [string, ...string[]] = [`throw ${this.#value()};`];
    for (const { label, isLoop } of labels)
      exits.push(`break ${label};`, isLoop ? `continue ${label};` : `break ${label};`);
    if (canReturn) {
      // A getter would be read at another time: see the limits in docs/transform.md.
      const value = this.#awaitable(OUTSIDE_FUNCTION, 2).replace(/thenable\((\d+), \d\)/g, 'thenable($1, 5)');
      exits.push('return;', `return ${value};`);
    }
    return `if (coin(${this.#id()})) { ${this.#random.pick(exits)} }`;
  }

  #statement(position: Position, depth: number): string {
    if (depth > 4) return this.#step();
    const name = `v${this.#id()}`;
    const block = (inner: Position = position) => `{\n${this.#step()}\n${this.#block(inner, depth)}}`;
    const loop: Position = { ...position, labels: [...position.labels, { label: `l${name}`, isLoop: true }] };
    // A jump out of a `finally` would hide what has been thrown or returned.
    const withoutExits: Position = { ...position, labels: [], canReturn: false };
    if (!position.isAsync) return this.#step();
    switch (this.#below(30)) {
      case 0:
        return `if (coin(${this.#id()})) ${block()} else ${block()}`;
      case 1:
      case 2:
        return this.#jump(position);
      case 3:
        return `{ const x = ${this.#value()}; ${this.#block(position, depth)} }`;
      case 4:
        return `note(${this.#awaitable(position, 2)});`;
      case 5:
      case 6:
        return `await ${this.#awaitable(position, 0)};`;
      case 7:
      case 8:
        return `const ${name} = ${this.#expression(position, 0)}; show(${name});`;
      case 9:
        return `try ${block()} catch (e) { ${this.#step()} show(e); ${this.#block(position, depth)} }`;
      case 10:
        return `try ${block()} finally ${block(withoutExits)}`;
      case 11:
        return `try ${block()} catch ({ length = step(${this.#id()}) }) ${block()} finally ${block(withoutExits)}`;
      case 12:
        return `try ${block()} catch ${block()}`;
      case 13:
        return `l${name}: for (let ${name} = 0; ${name} < ${1 + this.#below(3)} && isShort(); ${name}++) ${block(loop)}`;
      case 14:
      case 15:
        return `l${name}: for (const ${name} of ${this.#iterable(position, false)}) ${block(loop)}`;
      case 16:
      case 17:
      case 18: {
        const heads = [`const ${name}`, `var ${name}`, `let [${name} = 'd']`, 'o.k', 'x', '[o.k]'] as const;
        const head = this.#random.chance(20)
          ? `const { a: ${name} = await ${this.#awaitable(position, 2)} }`
          : this.#random.pick([...heads]);
        const body = this.#random.chance(15) ? `await ${this.#awaitable(position, 2)};` : block(loop);
        return `l${name}: for await (${head} of ${this.#iterable(position, true)}) ${body}`;
      }
      case 19: {
        const first = `case ${this.#expression(position, 2)}: ${this.#step()}`;
        return `switch (${this.#expression(position, 1)}) { ${first} case 1: ${this.#step()} break; default: ${this.#step()} }`;
      }
      case 20:
        return `l${name}: ${block({ ...position, labels: [...position.labels, { label: `l${name}`, isLoop: false }] })}`;
      case 21:
        return `const { a: ${name} = ${this.#expression(position, 0)} } = {}; show(${name});`;
      case 22:
        return this.#closing({ ...position, isGenerator: false }, name);
      case 23:
        return this.#resumptions();
      case 24:
        return position.isGenerator ? `yield ${this.#awaitable(position, 0)};` : this.#step();
      case 25:
        return position.isGenerator ? `show(yield* ${this.#iterable(position, true)});` : this.#step();
      case 26:
        // In a `finally` the `then` of the returned value would see it: see the limits in docs/transform.md.
        return position.canReturn ? `enter(${200 + this.#below(5)}); ${this.#step()}` : this.#step();
      case 27:
        return `await run(${100 + this.#below(5)}, async () => ${block(this.#nestedFunction())});`;
      case 28:
        return this.#hasUsing
          ? this.#resources(name, (inner) => this.#block(inner, depth), { ...withoutExits })
          : this.#step();
      default:
        return `show(${this.#expression(position, 0)});`;
    }
  }

  /** A destructuring whose iterator a rejection closes. */
  #closing(position: Position, name: string): string {
    const value = () => this.#expression(position, 2);
    return this.#random.pick([
      `{ const [${name} = ${value()}, ${name}b = ${value()}] = gaps(${this.#id()}); ${this.#step()} }`,
      `void 0; [o.k = ${value()}, [x = ${value()}] = []] = gaps(${this.#id()});`,
      `for ([o.k = ${value()}] of [gaps(${this.#id()}), [1]]) { ${this.#step()} }`,
    ]);
  }

  /** Several calls of a generator's methods. Some do not wait for the one before. */
  #resumptions(): string {
    const call = this.#call(true);
    if (call === undefined) return this.#step();
    const method = () => {
      const argument = this.#random.pick([
        `later(${this.#id()})`,
        `resolved(${this.#id()})`,
        `rejected(${this.#id()})`,
        '1',
      ]);
      const plain = this.#random.pick([`g.next(${argument})`, 'g.next(1)', `g.return(${argument})`, 'g.throw(1)']);
      return this.#random.chance(30) ? `run(${100 + this.#below(5)}, () => ${plain})` : plain;
    };
    const calls = this.#list(1 + this.#below(4), () =>
      this.#random.chance(50) ? `try { show(await ${method()}); } catch (e) { show(e); }` : `note(${method()});`,
    );
    return `{ const g = ${call}; ${calls} ${this.#step()} }`;
  }

  #resources(name: string, block: (position: Position) => string, position: Position): string {
    const resource = () => `resource(${this.#id()}, ${this.#below(5)})`;
    const synchronous = () => `resource(${this.#id()}, 3)`;
    return this.#random.pick([
      `{ await using ${name} = ${resource()}; ${block(position)} }`,
      `{ using ${name} = ${synchronous()}, ${name}b = null; ${block(position)} }`,
      `{ await using ${name} = ${resource()}, ${name}b = ${resource()}; using ${name}c = ${synchronous()}; ${block(position)} }`,
      `for (await using ${name} of [${resource()}]) { ${block(position)} }`,
      `for (using ${name} of [${synchronous()}, ${synchronous()}]) { ${block(position)} }`,
      `for (await using ${name} = ${resource()}; isShort(); ) { ${block(position)} break; }`,
      `for await (await using ${name} of [${resource()}, later(${this.#id()}, ${resource()})]) { ${block(position)} }`,
    ]);
  }
}
