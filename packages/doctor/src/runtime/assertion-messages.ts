/**
 * `assert(value)` quotes its own call in the message of its error. Node takes the text from the running code, or from the
 * file at the position in the running code (Node 20). Both differ by the insertions, so the message is written again.
 *
 *     Node 20     the whole call, which it parses
 *     others      the call up to the end of its line; nothing if a semicolon is in it
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import type { CallExpression, Node } from 'oxc-parser';
import type { FileTable } from '../instrument/file-table.js';
import { hasInsertedText, withoutInsertedText } from '../instrument/inserted-text.js';
import { parser } from '../instrument/parser.js';
import { forEachChild } from '../instrument/syntax-tree.js';
import { tableOfFile } from './file-tables.js';

const INTRODUCTION = 'The expression evaluated to a falsy value:\n\n';
const QUOTES_ALL_LINES = Number.parseInt(process.versions.node, 10) < 22;

/** @param frame the one that called `assert`, with its corrected position */
export function correctAssertionMessage(error: unknown, frame: NodeJS.CallSite | undefined): void {
  if (!isAssertionError(error) || frame === undefined) return;
  const { message, actual } = error;
  const isQuoted = message.startsWith(INTRODUCTION);
  if (!isQuoted && message !== `${process.getBuiltinModule('node:util').inspect(actual)} == true`) return;
  try {
    const table = tableOfFile(frame.getFileName() ?? '');
    const call = table === undefined ? undefined : quoteCall(table, frame);
    if (call !== undefined) error.message = `${INTRODUCTION}  ${call}\n`;
  } catch {
    // The file has gone, or another loader has compiled it.
  }
  if (hasInsertedText(error.message)) error.message = withoutInsertedText(error.message);
}

interface AssertionError {
  message: string;
  readonly actual: unknown;
}

/** Reads own data properties only: the errors of a program can have getters. */
function isAssertionError(error: unknown): error is AssertionError {
  if (typeof error !== 'object' || error === null || types.isProxy(error)) return false;
  const own = (name: string): unknown => Object.getOwnPropertyDescriptor(error, name)?.value;
  return own('code') === 'ERR_ASSERTION' && own('operator') === '==' && typeof own('message') === 'string';
}

function quoteCall(table: FileTable, frame: NodeJS.CallSite): string | undefined {
  const line = frame.getLineNumber() ?? 0;
  const start = table.lineStarts[line - 1] ?? 0;
  const end = table.lineStarts[line] ?? Number.POSITIVE_INFINITY;
  // Without an insertion in its line, Node has quoted the call as it is.
  if (!QUOTES_ALL_LINES && !table.insertions.some(([at]) => at >= start && at < end)) return undefined;
  const code = readFileSync(fileURLToPath(table.url.replace(/[?#].*$/, '')), 'utf8');
  const lang = /\.[cm]?ts$/.test(table.url.replace(/[?#].*$/, '')) ? 'ts' : 'js';
  const { program } = parser().parseSync(table.url, code, { lang, sourceType: 'unambiguous' });
  const call = callAt(program, start + (frame.getColumnNumber() ?? 1) - 1);
  if (call === undefined) return undefined;
  const text = code.slice(call.start, call.end);
  if (QUOTES_ALL_LINES) return withIndentation(text, call.start - code.lastIndexOf('\n', call.start - 1) - 1);
  const [first = ''] = text.split(/[\r\n]/);
  const rest = first === text ? text : code.slice(call.start, end).replace(/[\r\n]+$/, '');
  return rest.includes(';') ? undefined : rest;
}

/** The innermost call with an offset before its arguments. */
function callAt(node: Node, offset: number): CallExpression | undefined {
  if (offset < node.start || offset >= node.end) return undefined;
  let found: CallExpression | undefined;
  forEachChild(node, (child) => {
    found ??= callAt(child, offset);
  });
  if (found !== undefined) return found;
  return node.type === 'CallExpression' && offset < (node.arguments[0]?.start ?? node.end) ? node : undefined;
}

/** Removes the indentation of the first line from the others. */
function withIndentation(text: string, column: number): string {
  const [first = '', ...others] = text.split(/\r\n|\n/);
  const rest = others.map((line) => {
    const indent = /^[ \t]*/.exec(line)?.[0].length ?? 0;
    return `\n  ${line.slice(Math.min(indent, column))}`;
  });
  return first + rest.join('');
}
