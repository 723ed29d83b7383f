/** How a file writes its imports, so that new ones look the same. */
import type { ModuleSite } from './module-sites.js';

export interface CodeStyle {
  readonly quote: string;
  readonly semicolon: string;
  /** Separates two statements: the end of a line, and the indentation of the statement. */
  readonly separator: string;
}

/** The style of the statement that contains a site. */
export function styleOf({ file: { code }, source, node, statement = node }: ModuleSite): CodeStyle {
  const lineStart =
    Math.max(code.lastIndexOf('\n', statement.start - 1), code.lastIndexOf('\r', statement.start - 1)) + 1;
  const before = code.slice(lineStart, statement.start);
  const indentation = /^[ \t]*$/.test(before) ? before : '';
  const lineEnd = /\r\n|\n|\r/.exec(code)?.[0] ?? '\n';
  const quote = code[source.start] === '"' ? '"' : "'";
  return { quote, semicolon: code[statement.end - 1] === ';' ? ';' : '', separator: lineEnd + indentation };
}

/** The code that imports names from a module, in the syntax of a site. */
export function importStatement(site: ModuleSite, names: readonly string[], specifier: string): string {
  const { quote, semicolon } = styleOf(site);
  const list = names.join(', ');
  const kind = site.statement?.type === 'VariableDeclaration' ? site.statement.kind : 'const';
  return site.syntax === 'require'
    ? `${kind} { ${list} } = require(${quote}${specifier}${quote})${semicolon}`
    : `import { ${list} } from ${quote}${specifier}${quote}${semicolon}`;
}
