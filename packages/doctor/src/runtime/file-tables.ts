/**
 * The tables of all instrumented files, which map positions in stack traces back to the code before instrumentation.
 */
import { fileURLToPath } from 'node:url';
import { type FileTable, functionAt, originalOffset, type Site } from '../instrument/file-table.js';
import type { Frame } from './stack.js';

const tables: FileTable[] = [];
const tablesByFile = new Map<string, FileTable>();

/** Receives what the thread of the hooks has sent. */
let receive: () => void = () => undefined;

export function addFileTable(table: FileTable): void {
  tables.push(table);
  tablesByFile.set(table.url, table);
  // Frames of CommonJS modules have paths.
  if (table.url.startsWith('file:')) tablesByFile.set(fileURLToPath(table.url), table);
}

/** @param receiveAll adds what the thread of the hooks has sent */
export function receiveFromHooksWith(receiveAll: () => void): void {
  receive = receiveAll;
}

/** Adds the tables and the skipped files of the hooks that run in another thread, as on Node 20. */
export function receiveFromHooks(): void {
  receive();
}

export function tableOfFile(file: string): FileTable | undefined {
  receive();
  return tablesByFile.get(file);
}

/** Returns the site with a number, and the table of its file. */
export function siteOf(number: number): { readonly table: FileTable; readonly site: Site } | undefined {
  receive();
  for (const table of tables) {
    const site = table.sites[number - table.firstSite];
    if (site !== undefined) return { table, site };
  }
  return undefined;
}

/** The offset of a frame in the file before the insertions. Undefined if the file is not instrumented. */
export function offsetOf({ file, line, column }: Frame): number | undefined {
  const table = file === undefined ? undefined : tableOfFile(file);
  return table && originalOffset(table, { line, column });
}

/** Identifies the function of a frame, by its file and its number in it. Undefined at the top level of a module. */
export function functionOf({ file, line, column }: Frame): string | undefined {
  const table = file === undefined ? undefined : tableOfFile(file);
  if (table === undefined) return undefined;
  const index = functionAt(table, originalOffset(table, { line, column }));
  return index < 0 ? undefined : `${table.url} ${index}`;
}
