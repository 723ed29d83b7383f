/** Formats a program as text that resembles JavaScript. Each line ends with the path of its statement in the trace. */
import {
  type Block,
  blockPath,
  formatValue,
  GATE_COUNT,
  type Operand,
  operandPath,
  type Program,
  REGISTER_COUNT,
  type Statement,
  TARGET_COUNT,
  valueAt,
} from './program.js';

export function formatProgram(program: Program): string {
  const formatter = new Formatter(program.storages.length);
  const storages = program.storages.map(({ defaultValue, priorRuns }, index) => {
    const options = [
      ...(defaultValue === undefined ? [] : [`default ${formattedValue(defaultValue)}`]),
      ...(priorRuns === 0 ? [] : [`run ${priorRuns} times before`]),
    ];
    return options.length === 0 ? `s${index}` : `s${index} (${options.join(', ')})`;
  });
  return [
    `storages: ${storages.join(', ')}`,
    ...(program.hasResourceReentry
      ? []
      : [
          'enterWith has no effect in a captured frame or in an interval, nor has restoring a captured frame inside itself',
        ]),
    `${program.clock} resolves gates that no statement settles; the order of events ${program.isOrdered ? 'is fixed' : 'varies'}`,
    ...formatter.block(program.main, '', ''),
  ].join('\n');
}

class Formatter {
  readonly #storageCount: number;

  constructor(storageCount: number) {
    this.#storageCount = storageCount;
  }

  block(block: Block, path: string, indent: string): string[] {
    return block.flatMap((statement, index) => this.#statement(statement, path + index, indent));
  }

  #statement(statement: Statement, path: string, indent: string): string[] {
    const text = this.#textOf(statement, path, indent);
    const [first = '', ...rest] = text.split('\n');
    return [`${indent}${first}  // ${path}`, ...rest];
  }

  #textOf(statement: Statement, path: string, indent: string): string {
    const body = (index: number) => this.#body(statement.blocks[index] ?? [], blockPath(path, index), indent);
    const operand = (index: number) => this.#operandOf(statement, index, path, indent);
    switch (statement.kind) {
      case 'await':
        return `await ${operand(0)}`;
      case 'detach':
        return `void ${operand(0)}`;
      case 'run':
        return `${this.#storage(statement)}.run(${formattedValue(statement.value)}, () => ${body(0)})`;
      case 'exit':
        return `${this.#storage(statement)}.exit(() => ${body(0)})`;
      case 'enterWith':
        return `${this.#storage(statement)}.enterWith(${formattedValue(statement.value)})`;
      case 'disable':
        return `${this.#storage(statement)}.disable()`;
      case 'withScope':
        return `using ${this.#storage(statement)}.withScope(${formattedValue(statement.value)}) ${body(0)}`;
      case 'try':
        return [
          `try ${body(0)}`,
          `catch ${body(1)}${statement.catches ? '' : ' and rethrow'}`,
          `finally ${body(2)}${statement.hasFinalReturn ? ' and return' : ''}`,
        ].join(' ');
      case 'throw':
        return 'throw';
      case 'schedule':
        return `${statement.scheduler}(() => ${body(0)})`;
      case 'interval':
        return `setInterval(() => ${body(0)}), ${Math.max(1, statement.rounds)} times`;
      case 'capture':
        return `${register(statement)} = ${statement.how}`;
      case 'restore':
        return `${register(statement)}(() => ${body(0)})`;
      case 'listen':
        return `${target(statement)}.${statement.isOnce ? 'once' : 'on'}(() => ${body(0)})`;
      case 'dispatch':
        return `${target(statement)}.dispatch()`;
      case 'settleGate':
        return `gate${statement.gate % GATE_COUNT}.${statement.rejects ? 'reject()' : `resolve(${operand(0)})`}`;
      case 'generator':
        return `${statement.isAsync ? 'async ' : ''}${generator(statement)} = function* () { try ${body(0)} finally ${body(1)} }`;
      case 'resume':
        return `${generator(statement)}.${statement.how}()`;
      case 'yield':
        return `yield ${operand(0)}`;
      case 'rejectUnhandled':
        return 'Promise.reject()';
    }
  }

  #operandOf(node: Statement | Operand, index: number, path: string, indent: string): string {
    const operand = node.operands[index];
    return operand === undefined ? '' : this.#operand(operand, operandPath(path, index), indent);
  }

  #operand(operand: Operand, path: string, indent: string): string {
    const body = (index: number) => this.#body(operand.blocks[index] ?? [], blockPath(path, index), indent);
    const operands = () => operand.operands.map((_, index) => this.#operandOf(operand, index, path, indent)).join(', ');
    switch (operand.kind) {
      case 'value':
        return formattedValue(operand.value);
      case 'settled':
        return `${operand.isSubclass ? 'Subclass' : 'Promise'}.${operand.rejects ? 'reject' : 'resolve'}()`;
      case 'thenable': {
        const settles = `${operand.rejects ? 'rejects' : 'resolves'} ${operand.scheduler}`;
        const thenable = `thenable(${settles}, ${body(0)})`;
        return operand.isAdopted ? `Promise.resolve(${thenable})` : thenable;
      }
      case 'gate':
        return `gate${operand.gate % GATE_COUNT}`;
      case 'scheduled':
        return `new Promise(${operand.scheduler})`;
      case 'call':
        return `(async () => ${body(0)}${this.#returned(operand, 0, path, indent)})()`;
      case 'run':
        return `${this.#storage(operand)}.run(${formattedValue(operand.value)}, async () => ${body(0)})`;
      case 'exit':
        return `${this.#storage(operand)}.exit(async () => ${body(0)})`;
      case 'restore':
        return `${register(operand)}(async () => ${body(0)})`;
      case 'chain': {
        const returned = this.#returned(operand, 1, path, indent);
        const callback = (index: number) => `${operand.isAsync ? 'async ' : ''}() => ${body(index)}${returned}`;
        const resolution = this.#operandOf(operand, 0, path, indent);
        const base = `Promise.resolve(${resolution === 'undefined' ? '' : resolution})`;
        switch (operand.how) {
          case 'then':
            return `${base}.then(${callback(0)})`;
          case 'then both':
            return `${base}.then(${callback(0)}, ${callback(1)})`;
          case 'catch':
            return `${base}.catch(${callback(1)})`;
          case 'finally':
            return `${base}.finally(${callback(0)})`;
        }
        break;
      }
      case 'combine':
        return `Promise.${operand.how}([${operands()}])`;
      case 'resume':
        return `async ${generator(operand)}.${operand.how}()`;
      case 'for await': {
        const source =
          operand.source === 'list'
            ? `[${operands()}]`
            : `${operand.source} of function* () { try ${body(0)} finally ${body(1)} }`;
        return `(async () => { for await (${source}) ${body(2)} break after ${operand.rounds + 1} })()`;
      }
      case 'pipeline':
        return `pipeline with ${operand.api}(source ${body(0)}, transform ${body(1)}, sink ${body(2)})`;
      case 'readable':
        return `readable.on(data, () => ${body(0)}).on(end, () => ${body(1)})`;
    }
  }

  #returned(node: Operand, index: number, path: string, indent: string): string {
    const returned = this.#operandOf(node, index, path, indent);
    return returned === 'undefined' ? '' : ` and return ${returned}`;
  }

  #body(block: Block, path: string, indent: string): string {
    if (block.length === 0) return '{}';
    return ['{', ...this.block(block, path, `${indent}  `), `${indent}}`].join('\n');
  }

  #storage({ storage }: { storage: number }): string {
    return `s${storage % this.#storageCount}`;
  }
}

function formattedValue(value: number): string {
  return formatValue(valueAt(value));
}

function register({ register }: { register: number }): string {
  return `captured${register % REGISTER_COUNT}`;
}

function generator({ register }: { register: number }): string {
  return `generator${register % REGISTER_COUNT}`;
}

function target({ target }: { target: number }): string {
  const index = target % TARGET_COUNT;
  return index === TARGET_COUNT - 1 ? 'eventTarget' : `emitter${index}`;
}
