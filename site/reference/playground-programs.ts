/** Which examples of docblocks open in the playground: those that need nothing but what a page has. */

/** What a program in the playground can import: see `playground/run/modules.ts`. */
const MODULES = new Set(['throughline', 'throughline/web', '@throughline/request', '@throughline/propagation']);

/** Names of Node and of TypeScript that would fail in a page. */
const ELSEWHERE = /\b(?:process|require|Buffer|__dirname)\b|^\/\/ TypeScript|\busing \w/m;

export function runsInPlayground(program: string): boolean {
  const imports = [...program.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, name = '']) => name);
  return imports.length > 0 && imports.every((name) => MODULES.has(name)) && !ELSEWHERE.test(program);
}
