/** What the command prints: the changes as a diff, what it did not replace, and what the user should do next. */
import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff';
import type { LocatedLeftover, MigratedProgram, ProgramFile } from '../migration/migrate-program.js';
import type { Library } from '../migration/migration.js';
import { isName } from '../migration/storage-fields.js';

/** The section of the guide about each library. */
const SECTIONS: Readonly<Record<Library, string>> = {
  'node:async_hooks': 'what-differs',
  'cls-hooked': 'cls-hooked',
  'express-http-context': 'express-http-context',
  '@fastify/request-context': 'fastifyrequest-context',
  'hono/context-storage': 'honocontext-storage',
};

/** Prints what would change as a unified diff. */
export function printDiff(files: readonly ProgramFile[], { outputs }: MigratedProgram): void {
  for (const { path, code } of files) {
    const output = outputs.get(path);
    if (output === undefined) continue;
    const patch = structuredPatch(`a/${path}`, `b/${path}`, code, output, undefined, undefined, { context: 3 });
    process.stdout.write(`${formatPatch(patch, FILE_HEADERS_ONLY)}\n`);
  }
}

/** @param isWritten whether the files have been changed, which moves the positions in them */
export function printLeftovers(leftovers: readonly LocatedLeftover[], isWritten: boolean): void {
  for (const { file, library, reason, remedy, positionBefore, positionAfter } of leftovers) {
    const { line, column } = isWritten ? positionAfter : positionBefore;
    console.log(`${file.path}:${line}:${column}: ${library} was not replaced. ${reason}`);
    console.log(`  ${remedy}`);
    console.log(`  See docs/coming-from-async-hooks.md#${SECTIONS[library]}\n`);
  }
}

/** @param manifests the package.json files to update, with the commands that do it */
export function printNotes(
  { notes, undeclaredFields }: MigratedProgram,
  manifests: readonly { readonly path: string; readonly commands: readonly string[] }[],
): void {
  for (const note of notes) console.log(`Note: ${note}`);
  if (undeclaredFields.length > 0) {
    const fields = undeclaredFields.map((field) => `${isName(field) ? field : `'${field}'`}?: …;`).join(' ');
    console.log(
      `Note: declare the types of the fields in a TypeScript file: declare module '@throughline/request' { interface RequestScope { ${fields} } }`,
    );
  }
  for (const { path, commands } of manifests) for (const command of commands) console.log(`${path}: ${command}`);
}
