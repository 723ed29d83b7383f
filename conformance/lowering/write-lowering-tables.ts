/** Updates the tables of docs/transform.md that state what each build tool keeps when it lowers code. */
import { readFile, writeFile } from 'node:fs/promises';
import { COMBINATIONS } from './lowered-pages.js';
import { formatLoweringTables, type LoweredResult, replaceLoweringTables } from './lowering-tables.js';
import { openLoweredPages, runCombination } from './run-lowered-pages.js';

const PAGE = new URL('../../../docs/transform.md', import.meta.url);

const pages = await openLoweredPages();
try {
  const results: LoweredResult[] = [];
  for (const combination of COMBINATIONS) {
    results.push(...(await runCombination(pages, combination)));
    console.log(`${combination}: ${results.length} pages`);
  }
  await writeFile(PAGE, replaceLoweringTables(await readFile(PAGE, 'utf8'), formatLoweringTables(results)));
} finally {
  await pages.close();
}
