/**
 * express-http-context and @fastify/request-context: their values become fields of the request scope of
 * `@throughline/request`.
 *
 * | Use | Replacement |
 * | --- | --- |
 * | `app.use(httpContext.middleware)` | `app.use(requestScope())` |
 * | `app.register(fastifyRequestContext)` | `app.register(requestScope())` |
 * | `get('user')` | `tryGetRequestScope()?.user`, which is undefined outside of a request too |
 * | `set('user', value);` | `Object.assign(tryGetRequestScope() ?? {}, { user: value });`, without effect outside of a request too |
 *
 * A program has one context, so all uses are replaced together or not at all.
 */
import type { Node } from 'oxc-parser';
import { importStatement, styleOf } from './code-style.js';
import { findLibraryUses, type LibraryUse } from './library-bindings.js';
import { Change, type Library } from './migration.js';
import { findModuleSites, type ModuleSite } from './module-sites.js';
import { propertyNameOf, type SourceFile, stringValueOf } from './source-file.js';
import { isStatement, keyOfCall, parenthesesOf, SCOPE_FIELDS } from './storage-fields.js';

const SCOPE = 'tryGetRequestScope';
const ADAPTER = 'requestScope';

const HEADER_NOTE = 'Responses now carry the id of the request in the header x-request-id.';

/** The usual names of the objects to which Fastify's plugin adds its context. Others may have an unrelated one. */
const DECORATED = /^_?(?:req|request|app|fastify|server|instance)$/;

/** The functions that read or open the scope. */
const SCOPE_FUNCTIONS = ['getRequestScope', SCOPE, 'withRequestScope'];

/** The names that the new code of a file uses. */
class NamesOfFiles {
  readonly #names = new Map<SourceFile, Set<string>>();

  use(change: Change, file: SourceFile, name: string): string {
    const names = this.#names.get(file) ?? new Set();
    this.#names.set(file, names);
    if (!names.has(name) && file.usesName(name)) {
      change.prevent(file, 0, `The file already uses the name ${name}.`, 'Rename it, and run the command again.');
    }
    names.add(name);
    return name;
  }

  get files(): Iterable<SourceFile> {
    return this.#names.keys();
  }

  of(file: SourceFile): ReadonlySet<string> {
    return this.#names.get(file) ?? new Set();
  }
}

interface RequestLibrary {
  readonly library: Library;
  readonly adapter: '@throughline/request/express' | '@throughline/request/fastify';
  /** The export that opens the context of a request. */
  readonly mountName: string;
  /** Replaces a use of that export, or returns the reason why it cannot be replaced. */
  replaceMount(
    use: LibraryUse,
    write: (range: { start: number; end: number }, text: string) => void,
  ): string | undefined;
}

const EXPRESS: RequestLibrary = {
  library: 'express-http-context',
  adapter: '@throughline/request/express',
  mountName: 'middleware',
  replaceMount({ file, node }, write) {
    const call = file.parentOf(node);
    const isUsed = call.type === 'CallExpression' && call.callee !== node && propertyNameOf(call.callee) === 'use';
    if (!isUsed) return 'middleware is not an argument of app.use().';
    write(node, `${ADAPTER}()`);
    return undefined;
  },
};

const FASTIFY: RequestLibrary = {
  library: '@fastify/request-context',
  adapter: '@throughline/request/fastify',
  mountName: 'fastifyRequestContext',
  replaceMount({ file, node }, write) {
    const call = file.parentOf(node);
    const isRegistered =
      call.type === 'CallExpression' && call.arguments[0] === node && propertyNameOf(call.callee) === 'register';
    if (!isRegistered) return 'fastifyRequestContext is not the first argument of app.register().';
    const [, options] = call.arguments;
    if (options !== undefined) {
      const isDefault =
        options.type === 'ObjectExpression' &&
        options.properties.every(
          (property) =>
            property.type === 'Property' &&
            property.key.type === 'Identifier' &&
            property.key.name === 'hook' &&
            stringValueOf(property.value) === 'onRequest',
        );
      if (!isDefault) {
        return 'The options of fastifyRequestContext (defaultStoreValues, hook, createAsyncResource) have no counterpart.';
      }
      write({ start: node.end, end: options.end }, '');
    }
    write(node, `${ADAPTER}()`);
    return undefined;
  },
};

export function migrateExpressHttpContext(files: readonly SourceFile[]): Change {
  const change = new Change(EXPRESS.library);
  const names = new NamesOfFiles();
  const remedy =
    'Import it as in its documentation, or replace it by hand: docs/migration.md, From express-http-context.';
  const { sites, uses } = findLibraryUses(change, files, EXPRESS.library, remedy);
  for (const use of uses) {
    if (use.name === 'get' || use.name === 'set') replaceAccess(change, names, use);
    else replaceOther(change, names, EXPRESS, use, remedy);
  }
  replaceImports(change, names, EXPRESS, sites);
  preventSharedFields(change, files);
  return change;
}

export function migrateFastifyRequestContext(files: readonly SourceFile[]): Change {
  const change = new Change(FASTIFY.library);
  const names = new NamesOfFiles();
  const remedy =
    'Set the fields in an onRequest hook, or replace it by hand: docs/migration.md, From @fastify/request-context.';
  const { sites, uses } = findLibraryUses(
    change,
    files,
    FASTIFY.library,
    remedy,
    ({ node }) => node.type === 'TSModuleDeclaration',
  );
  for (const use of uses) {
    const member = use.file.parentOf(use.node);
    const method = use.name === 'requestContext' ? propertyNameOf(member) : undefined;
    if (method === 'get' || method === 'set') replaceAccess(change, names, { ...use, name: method, node: member });
    else if (use.name === '*') replaceOther(change, names, FASTIFY, { ...use, name: FASTIFY.mountName }, remedy);
    else replaceOther(change, names, FASTIFY, use, remedy);
  }
  if (sites.length === 0) return change;
  for (const file of files) replaceDecorators(change, names, file, sites);
  for (const file of files) replaceDeclarations(change, file);
  replaceImports(change, names, FASTIFY, sites);
  for (const file of names.files) {
    if (!sites.some((site) => site.file === file)) addImports(change, names, file, FASTIFY.adapter);
  }
  preventSharedFields(change, files);
  return change;
}

/** Replaces `get('user')` and `set('user', value)`. */
function replaceAccess(
  change: Change,
  names: NamesOfFiles,
  { file, name, node }: Pick<LibraryUse, 'file' | 'name' | 'node'>,
): void {
  const call = file.parentOf(node);
  if (call.type !== 'CallExpression' || call.callee !== node) {
    change.prevent(file, node.start, `${name} is used as a value.`, `Call it: ${name}('key').`);
    return;
  }
  const key = keyOfCall(change, file, call, name === 'get' ? 1 : 2, SCOPE_FIELDS);
  if (key === undefined) return;
  const scope = names.use(change, file, SCOPE);
  change.fields.add(key.name);
  if (name === 'get') {
    const [before, after] = parenthesesOf(file, call);
    change.replaceCode(file, call, `${before}${scope}()${key.optionalAccess}${after}`);
    if (file.isTypeScript) change.undeclaredFields.add(key.name);
    return;
  }
  const value = call.arguments[1];
  if (value === undefined) return;
  if (!isStatement(file, call)) {
    change.prevent(
      file,
      call.start,
      'The result of set() is used.',
      'Make the call a separate statement, and run the command again.',
    );
    return;
  }
  const isSame = value.type === 'Identifier' && value.name === key.property;
  const property = isSame ? '' : `${key.property}: `;
  change.replaceCode(file, { start: call.start, end: value.start }, `Object.assign(${scope}() ?? {}, { ${property}`);
  change.replaceCode(file, { start: value.end, end: call.end }, ' })');
}

function replaceOther(
  change: Change,
  names: NamesOfFiles,
  library: RequestLibrary,
  use: LibraryUse,
  remedy: string,
): void {
  const { file, node, name } = use;
  if (name !== library.mountName) {
    const reason = name === '*' ? 'is used as a value' : 'has no counterpart';
    change.prevent(file, node.start, `${file.textOf(node)} ${reason}.`, remedy);
    return;
  }
  const reason = library.replaceMount(use, (range, text) => change.replaceCode(file, range, text));
  if (reason !== undefined) {
    change.prevent(file, node.start, reason, remedy);
    return;
  }
  names.use(change, file, ADAPTER);
  change.notes.add(HEADER_NOTE);
  if (library === FASTIFY) {
    change.notes.add('request.id is now a random UUID, unless the application sets genReqId or requestIdHeader.');
  }
}

/** Replaces the imports of the library with imports of what the new code of the file uses. */
function replaceImports(
  change: Change,
  names: NamesOfFiles,
  { adapter }: RequestLibrary,
  sites: readonly ModuleSite[],
): void {
  const done = new Set<SourceFile>();
  for (const site of sites) {
    const { file, statement } = site;
    if (statement === undefined || site.taken.kind === 'other') continue;
    const used = names.of(file);
    if (used.size === 0) {
      change.prevent(file, site.node.start, 'The import is not used in the file.', 'Remove the import.');
      continue;
    }
    if (done.has(file)) {
      change.prevent(file, site.node.start, 'The file imports the library twice.', 'Combine the imports.');
      continue;
    }
    done.add(file);
    change.replace(file, statement, importsOf(site, used, adapter));
    change.replacements.add('throughline');
    change.replacements.add('@throughline/request');
  }
}

/** Records an obstacle if the program already has a field of the same name in the scope, with its own values. */
function preventSharedFields(change: Change, files: readonly SourceFile[]): void {
  for (const file of files) {
    if (!SCOPE_FUNCTIONS.some((name) => file.usesName(name))) continue;
    for (const node of file.nodes) {
      const name = node.type === 'Property' ? nameOfKey(node.key) : propertyNameOf(node);
      if (name === undefined || !change.fields.has(name)) continue;
      change.prevent(
        file,
        node.start,
        `The program may already have a field ${name} in the request scope.`,
        'Choose another name for the key or for the field, and run the command again.',
      );
    }
  }
}

/** Adds imports to a file that does not import the library, in front of its first import. */
function addImports(change: Change, names: NamesOfFiles, file: SourceFile, adapter: string): void {
  const [first] = findModuleSites(file, () => true).filter(({ statement, syntax }) => {
    return statement !== undefined && file.isTopLevel(statement) && (syntax === 'import' || syntax === 'require');
  });
  if (first?.statement === undefined) {
    change.prevent(
      file,
      0,
      'The file has no import next to which another could be added.',
      "Import { requestContext } from '@fastify/request-context' there, and run the command again.",
    );
    return;
  }
  const { start } = first.statement;
  change.replace(file, { start, end: start }, importsOf(first, names.of(file), adapter) + styleOf(first).separator);
}

function importsOf(site: ModuleSite, used: ReadonlySet<string>, adapter: string): string {
  return [
    ...(used.has(SCOPE) ? [importStatement(site, [SCOPE], '@throughline/request')] : []),
    ...(used.has(ADAPTER) ? [importStatement(site, [ADAPTER], adapter)] : []),
  ].join(styleOf(site).separator);
}

/**
 * The plugin of Fastify adds the context to the application and to each request, so that `request.requestContext` needs
 * no import. The calls `request.requestContext.get('user')` are replaced; anything else is an obstacle.
 */
function replaceDecorators(change: Change, names: NamesOfFiles, file: SourceFile, sites: readonly ModuleSite[]): void {
  for (const node of file.nodes) {
    if (node.type === 'Property' && file.parentOf(node).type === 'ObjectPattern') {
      const isOfLibrary = sites.some(({ file: other, statement }) => {
        return other === file && statement !== undefined && statement.start <= node.start && node.end <= statement.end;
      });
      if (!isOfLibrary && node.key.type === 'Identifier' && node.key.name === 'requestContext') {
        change.prevent(
          file,
          node.start,
          'requestContext is destructured from an object that may be a request or the application, to which the plugin adds it.',
          'Use request.requestContext.get() and set() directly, and run the command again.',
        );
      }
    }
    if (node.type !== 'MemberExpression' || propertyNameOf(node) !== 'requestContext') continue;
    if (isExportOfLibrary(node, sites, file)) continue;
    const member = file.parentOf(node);
    const method = member.type === 'MemberExpression' && member.object === node ? propertyNameOf(member) : undefined;
    // A request of AWS Lambda has a property of this name too, without methods.
    if (member.type === 'MemberExpression' && method !== undefined && !['get', 'set', 'getStore'].includes(method)) {
      continue;
    }
    const isDecorated = node.object.type === 'Identifier' && DECORATED.test(node.object.name);
    if (isDecorated && !node.optional && (method === 'get' || method === 'set')) {
      replaceAccess(change, names, { file, name: method, node: member });
      continue;
    }
    change.prevent(
      file,
      node.start,
      `${file.textOf(node)} may be the context that the plugin adds to requests and to the application.`,
      'Call get() and set() of the imported requestContext, or rename the property, and run the command again.',
    );
  }
}

function isExportOfLibrary(node: Node, sites: readonly ModuleSite[], file: SourceFile): boolean {
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    sites.some(({ file: other, taken }) => {
      return (
        other === file &&
        taken.kind === 'object' &&
        node.object.type === 'Identifier' &&
        taken.local.name === node.object.name
      );
    })
  );
}

function replaceDeclarations(change: Change, file: SourceFile): void {
  for (const node of file.nodes) {
    if (node.type === 'TSModuleDeclaration' && stringValueOf(node.id) === FASTIFY.library) {
      replaceDeclaration(change, file, node);
    }
  }
}

/** Replaces `interface RequestContextData { user: User }` with `interface RequestScope { user?: User }`. */
function replaceDeclaration(
  change: Change,
  file: SourceFile,
  node: Extract<Node, { type: 'TSModuleDeclaration' }>,
): void {
  const remedy = "Declare the fields in interface RequestScope of '@throughline/request'.";
  const statements = node.body?.type === 'TSModuleBlock' ? node.body.body : [];
  for (const statement of statements) {
    if (statement.type !== 'TSInterfaceDeclaration' || statement.id.name !== 'RequestContextData') {
      change.prevent(file, statement.start, 'The declaration contains more than RequestContextData.', remedy);
      continue;
    }
    change.replace(file, statement.id, 'RequestScope');
    for (const member of statement.body.body) {
      const name = member.type === 'TSPropertySignature' && !member.computed ? nameOfKey(member.key) : undefined;
      if (member.type !== 'TSPropertySignature' || name === undefined || SCOPE_FIELDS.has(name)) {
        change.prevent(file, member.start, 'This member cannot be a field of the scope.', remedy);
      } else {
        if (!member.optional) change.replace(file, { start: member.key.end, end: member.key.end }, '?');
        change.undeclaredFields.delete(name);
      }
    }
  }
  change.replace(file, { start: node.id.start + 1, end: node.id.end - 1 }, '@throughline/request');
}

function nameOfKey(key: Node): string | undefined {
  return key.type === 'Identifier' ? key.name : stringValueOf(key);
}
