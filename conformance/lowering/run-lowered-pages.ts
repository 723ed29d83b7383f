/** Builds the pages of all build tools, targets and combinations, and runs them in Chromium. */
import { openBrowser, startPageServer } from '@throughline/testing/browsers';
import { buildLoweredPage, type Combination, type LoweredPageOptions } from './lowered-pages.js';
import type { LoweredResult, Outcomes } from './lowering-tables.js';
import { LOWERING_TOOLS, type LoweringTool } from './lowering-tools.js';

interface PageResult {
  readonly outcomes: Outcomes;
  /** How the page follows `await`, as `install()` reports it. */
  readonly await: string;
}

export interface LoweredPages {
  run(
    combination: Combination,
    tool: LoweringTool,
    target: string,
    options?: LoweredPageOptions,
  ): Promise<LoweredResult & PageResult>;
  /** Opens a page with modules, and returns the value to which `globalThis.result` of the last one settles. */
  evaluate(...modules: string[]): Promise<unknown>;
  close(): Promise<void>;
}

export async function openLoweredPages(): Promise<LoweredPages> {
  const browser = await openBrowser('chromium');
  const server = await startPageServer();
  let count = 0;
  async function evaluate(...modules: string[]): Promise<unknown> {
    const path = `/lowered/${++count}`;
    const scripts = modules.map((code, index) => {
      server.add(`${path}-${index}.js`, code);
      return `<script type="module" src="${path}-${index}.js"></script>`;
    });
    // A page that fails to load reports the error.
    server.add(
      path,
      `<!doctype html><meta charset="utf-8"><body><script>
onerror = (message) => { globalThis.result ??= Promise.reject(new Error(message)); };
</script>${scripts.join('')}`,
    );
    const page = await browser.openPage(server.origin + path);
    try {
      return await page.evaluate('globalThis.result');
    } finally {
      await page.close();
    }
  }
  return {
    evaluate,
    async run(combination, tool, target, options) {
      const code = await buildLoweredPage(combination, tool, target, options);
      return { combination, tool, target, ...((await evaluate(code)) as PageResult) };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Runs the pages of a combination for all build tools and targets. */
export async function runCombination(
  pages: LoweredPages,
  combination: Combination,
): Promise<(LoweredResult & PageResult)[]> {
  const results: (LoweredResult & PageResult)[] = [];
  for (const tool of LOWERING_TOOLS) {
    for (const target of tool.targets) results.push(await pages.run(combination, tool, target));
  }
  return results;
}
