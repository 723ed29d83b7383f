/**
 * Reads the public declarations with TypeDoc. TypeDoc needs the compiler API of TypeScript 6, which is installed for it
 * beside the TypeScript 7 that compiles the repository.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application, type DeclarationReflection, type ProjectReflection } from 'typedoc';
import type { DocumentedPackage, EntryPoint } from './entry-points.js';
import { type ModuleDocblock, readModuleDocblock } from './module-docblock.js';

/** The declarations of an entry point. */
export interface DocumentedModule extends EntryPoint {
  readonly docblock: ModuleDocblock;
  /** The declarations that it exports. */
  readonly exported: readonly DeclarationReflection[];
  /** What it re-exports from a package of others. */
  readonly foreign: readonly { readonly name: string; readonly from: string }[];
  /** Declarations that it does not export, but that the types of what it exports mention. */
  readonly mentioned: readonly DeclarationReflection[];
}

/** The module into which `typedoc-plugin-missing-exports` puts what is mentioned. */
const MENTIONED = '<mentioned>';

/**
 * @param root the folder of the repository, with the compiled packages
 * @throws {Error} if a docblock links to a symbol that does not exist, or TypeDoc reports another problem
 */
export async function readModules(root: string, packages: readonly DocumentedPackage[]): Promise<DocumentedModule[]> {
  const entryPoints = packages.flatMap((documented) => documented.entryPoints);
  const project = await convert(root, entryPoints);
  return entryPoints.map((entryPoint) => {
    const module = project.children?.find(({ sources }) => sources?.[0]?.fileName === entryPoint.source);
    if (module === undefined) throw new Error(`TypeDoc has read no declarations of ${entryPoint.source}.`);
    const children = module.children ?? [];
    const source = readFileSync(join(root, entryPoint.source), 'utf8');
    return {
      ...entryPoint,
      docblock: readModuleDocblock(source),
      foreign: foreignExports(source),
      exported: children.filter(({ name }) => name !== MENTIONED),
      mentioned: children.find(({ name }) => name === MENTIONED)?.children ?? [],
    };
  });
}

/** TypeDoc leaves out what comes from the packages of others. */
function foreignExports(source: string): { name: string; from: string }[] {
  return [...source.matchAll(/^export (?:type )?\{ ([^}]*) \} from '([^'.][^']*)'/gm)].flatMap(([, names = '', from = '']) =>
    from.startsWith('@throughline/') || /^throughline(?:\/|$)/.test(from)
      ? []
      : names.split(', ').map((name) => ({ name: name.replace(/^type | as .*$/g, ''), from })),
  );
}

/** All entry points are read in one program, which takes 5 s; the packages one after the other take 12 s. */
async function convert(root: string, entryPoints: readonly EntryPoint[]): Promise<ProjectReflection> {
  const folder = mkdtempSync(join(tmpdir(), 'reference-'));
  try {
    const tsconfig = join(folder, 'tsconfig.json');
    writeFileSync(tsconfig, JSON.stringify(compilerConfig(root, entryPoints)));
    const app = await Application.bootstrapWithPlugins({
      entryPoints: entryPoints.map(({ source }) => join(root, source)),
      tsconfig,
      plugin: ['typedoc-plugin-missing-exports'],
      internalModule: MENTIONED,
      basePath: root,
      displayBasePath: root,
      disableGit: true,
      // Links to the sources are made later: the repository may have no address.
      sourceLinkTemplate: '{path}#L{line}',
      readme: 'none',
      // tsc has checked the types.
      skipErrorChecking: true,
      excludeInternal: true,
      excludePrivate: true,
      excludeExternals: true,
      preservedTypeAnnotationTags: ['@throws'],
      sort: ['source-order'],
      validation: { notExported: false, invalidLink: true, notDocumented: false },
      logLevel: 'Warn',
    } as Parameters<typeof Application.bootstrapWithPlugins>[0]);
    const project = await app.convert();
    if (project !== undefined) app.validate(project);
    if (project === undefined || app.logger.hasErrors() || app.logger.hasWarnings()) {
      throw new Error('TypeDoc reports the problems above. A docblock must link only to symbols that exist.');
    }
    return project;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The packages import each other by name; here these names lead to their sources, so that types link to each other. */
function compilerConfig(root: string, entryPoints: readonly EntryPoint[]): object {
  const core = join(root, 'packages/core/src');
  return {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      composite: false,
      noEmit: true,
      lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
      typeRoots: [join(root, 'node_modules/@types')],
      paths: {
        '#engine': [join(core, 'engine/node.ts')],
        '#imports': [join(core, 'runtimes/node-imports.ts')],
        '#web': [join(core, 'web/install.ts')],
        ...Object.fromEntries(entryPoints.map(({ specifier, source }) => [specifier, [join(root, source)]])),
      },
    },
    files: entryPoints.map(({ source }) => join(root, source)),
  };
}
