/// <reference lib="dom" />
/**
 * The operations of js-framework-benchmark on a mounted application. The time of an operation is from the click to the
 * end of the layout of what it has changed. The pages that are compared do the same, so the paint, which happens outside
 * of JavaScript, is left out.
 */
import { median } from '../measure/statistics.js';
import type { SampleBudget } from '../suite/sample-budget.js';
import type { PageApp } from './apps/page-app.js';
import { OPERATION_NAMES, type OperationName } from './operation-names.js';

interface OperationSteps {
  /** Brings the page into the state in which the operation is measured. */
  prepare(page: Page, turn: number): Promise<void>;
  /** The element that is clicked. */
  target(page: Page, turn: number): HTMLElement;
  /** Whether the page shows what the operation should have done. */
  isDone(page: Page): boolean;
}

const STEPS: Readonly<Record<OperationName, OperationSteps>> = {
  'create-1000': {
    prepare: (page) => page.click('clear'),
    target: (page) => page.button('create-1000'),
    isDone: (page) => page.rows().length === 1000,
  },
  'create-10000': {
    prepare: (page) => page.click('clear'),
    target: (page) => page.button('create-10000'),
    isDone: (page) => page.rows().length === 10_000,
  },
  update: {
    prepare: (page) => page.click('create-1000'),
    target: (page) => page.button('update'),
    isDone: (page) => page.rows()[990]?.querySelector('.select')?.textContent.endsWith('!!!') === true,
  },
  swap: {
    async prepare(page) {
      await page.ensureRows(1000);
      page.secondBefore = page.second();
    },
    target: (page) => page.button('swap'),
    isDone: (page) => page.second() !== page.secondBefore,
  },
  select: {
    prepare: (page) => page.ensureRows(1000),
    target: (page, turn) => page.link('select', 5 + turn),
    isDone: () => document.querySelectorAll('tr.danger').length === 1,
  },
  remove: {
    prepare: (page) => page.ensureRows(1000),
    target: (page) => page.link('remove', 4),
    isDone: (page) => page.rows().length === 999,
  },
  clear: {
    prepare: (page) => page.click('create-1000'),
    target: (page) => page.button('clear'),
    isDone: (page) => page.rows().length === 0,
  },
};

/** @returns nanoseconds by operation: the medians of several turns */
export async function measureOperations(app: PageApp, budget: SampleBudget): Promise<Record<OperationName, number>> {
  const page = new Page(app);
  const figures: [OperationName, number][] = [];
  for (const name of OPERATION_NAMES) {
    const divisor = name === 'create-10000' ? 3 : 1;
    const turns = Math.ceil(budget.lapCount / divisor);
    figures.push([name, await measureOperation(page, name, Math.ceil(turns / 2), turns)]);
  }
  return Object.fromEntries(figures) as Record<OperationName, number>;
}

async function measureOperation(page: Page, name: OperationName, warmUps: number, turns: number): Promise<number> {
  const { prepare, target, isDone } = STEPS[name];
  const times: number[] = [];
  for (let turn = 0; turn < warmUps + turns; turn++) {
    await prepare(page, turn);
    const element = target(page, turn);
    await idle();
    const start = performance.now();
    element.click();
    await page.settled();
    page.layOut();
    const end = performance.now();
    if (!isDone(page)) throw new Error(`The page does not show what the operation "${name}" should have done.`);
    if (turn >= warmUps) times.push(end - start);
  }
  return median(times) * 1e6;
}

/** Resolves after the browser has painted, and has had time for other tasks. */
function idle(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
}

class Page {
  readonly #app: PageApp;
  /** The id in the second row before an operation. */
  secondBefore: string | null | undefined;

  constructor(app: PageApp) {
    this.#app = app;
  }

  settled(): Promise<unknown> {
    return this.#app.settled();
  }

  layOut(): void {
    if (document.body.offsetHeight < 0) throw new Error('A page has a height.');
  }

  rows(): ArrayLike<Element> {
    return document.querySelectorAll('tbody > tr');
  }

  button(id: string): HTMLElement {
    return requireElement(document.getElementById(id), `#${id}`);
  }

  link(className: string, row: number): HTMLElement {
    return requireElement(this.rows()[row]?.querySelector<HTMLElement>(`.${className}`), `.${className} of row ${row}`);
  }

  async click(id: string): Promise<void> {
    this.button(id).click();
    await this.settled();
  }

  async ensureRows(count: 1000): Promise<void> {
    if (this.rows().length !== count) await this.click(`create-${count}`);
  }

  /** The id in the second row. */
  second(): string | null | undefined {
    return this.rows()[1]?.firstElementChild?.textContent;
  }
}

function requireElement(element: HTMLElement | null | undefined, name: string): HTMLElement {
  if (element === null || element === undefined) throw new Error(`The page has no element ${name}.`);
  return element;
}
