/**
 * Writes the folder lib of each package, which `exports` of their package.json name, from what the compiler has
 * written to dist. This takes about four seconds.
 *
 *     lib/node/*.cjs       Node: flat CommonJS modules
 *     lib/node/*.js        what `import` loads in Node: re-exports the objects of the .cjs file of the same name
 *     lib/server/*.js      the same for bundlers that build for Node: flat ES modules
 *     lib/bun/*.js         flat ES modules, and the same in lib/deno and lib/workerd
 *     lib/portable/*.js    browsers and all other runtimes: flat ES modules; *.cjs for Jest with a page's environment
 *     lib/react-native/*   React Native: flat CommonJS modules, which Metro loads for `import` and for `require`
 *     lib/standalone/*.js  pages without a build step: one minified file for each purpose
 *     lib/esm/*.js         @throughline/request, /opentelemetry and /propagation everywhere but in Node
 *     lib/inspector/*      what the page of the doctor's inspector loads besides its scripts
 *     lib/page/*.js        the part of the doctor that runs in pages
 *
 * @throughline/doctor has lib/node, lib/inspector and lib/page only, and @throughline/transform has lib/*.cjs that load
 * its ES modules.
 *
 * A package has one copy of its state in a process, whether it was imported or required: in Node the CommonJS modules
 * are the only ones with code, and the other runtimes can require ES modules. Rollup is used because it keeps `const` and
 * `class` at the top level of a module, which V8 folds into hot paths; esbuild writes `var`.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { minify } from 'terser';

/** The folder that becomes lib when it is complete, so that nothing loads half of a build. */
const UNFINISHED = `lib.${process.pid}`;

const packages = fileURLToPath(new URL('../packages/', import.meta.url));

/** Reads the source maps of the compiler, so that those of the flat files lead to the TypeScript sources. */
const compilerSourceMaps = {
  name: 'compiler-source-maps',
  load(id) {
    const code = readFileSync(id, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
    return { code, map: JSON.parse(readFileSync(`${id}.map`, 'utf8')) };
  },
};

/**
 * Makes a module that is loaded by a relative `require('./module.js')` a file of its own, which is loaded when the call runs
 * and not before. It shares all modules with the others, as without bundling.
 */
const loadedOnDemand = {
  name: 'loaded-on-demand',
  transform(code, importer) {
    const references = code.replace(/\brequire\('(\.{1,2}\/[^']+\.js)'\)/g, (_, path) => {
      const id = resolve(dirname(importer), path);
      return `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'chunk', id, name: basename(path, '.js') })}`;
    });
    return references === code ? null : { code: references, map: null };
  },
  resolveFileUrl: ({ relativePath, format }) => (format === 'cjs' ? `require("./${relativePath}")` : null),
};

/**
 * Reads the modules that the entry points of a package need.
 * @param {string} folder the folder of the package
 * @param {Record<string, string>} entries names of entry points, and their files in dist
 * @param {Record<string, string>} imports subpath imports such as `#engine`, and their files in dist
 * @param {Record<string, string>} replacements files in dist, and those that take their place
 */
function readModules(folder, entries, imports, replacements = {}) {
  const file = (path) => join(folder, 'dist', `${path}.js`);
  const replacing = new Map(Object.entries(replacements).map(([from, to]) => [file(from), file(to)]));
  return rollup({
    input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, file(path)])),
    // As `sideEffects` of the package.json, so that no file imports another for its effects only.
    treeshake: { moduleSideEffects: (id) => Object.values(entries).map(file).includes(id) },
    plugins: [
      {
        name: 'workspace',
        resolveId(source, importer) {
          if (source in imports) return file(imports[source]);
          const path = source.startsWith('.') ? resolve(dirname(importer), source) : undefined;
          if (path !== undefined) return replacing.get(path) ?? path;
          return importer === undefined ? source : { id: source, external: true };
        },
        resolveImportMeta: (property, { format }) =>
          format === 'cjs' && property === 'url' ? `require('node:url').pathToFileURL(__filename).href` : null,
      },
      compilerSourceMaps,
      loadedOnDemand,
    ],
    onwarn(warning) {
      throw new Error(`${folder}: ${warning.message}`);
    },
  });
}

/**
 * Rewrites the files with Terser.
 * @param {import('terser').MinifyOptions} options
 */
const rewrite = (options) => ({
  name: 'terser',
  renderChunk: (code) => minify(code, { ...options, sourceMap: { asObject: true } }),
});

/** The comments are in the packed sources, and would be half of the bytes of lib. Those for bundlers remain. */
const withoutComments = rewrite({
  compress: false,
  mangle: false,
  format: { beautify: true, comments: false, preserve_annotations: true },
});

/**
 * Adds a reference from an entry point for bundlers to the file that Node loads in its place.
 *
 * A server may be built by a bundler that leaves packages out and copies their files, as Nitro does, which builds Nuxt.
 * It looks for the files under the conditions of a bundler, `module` included, and copies what is there and all files
 * that this refers to. Node then loads the package under its own conditions: without the reference, its file would be
 * missing. Both cannot be the same file, because Node must load the CommonJS module for `import` too, and some bundlers
 * cannot.
 *
 * The function is never called. Bundlers do not follow the computed path and drop the function, but the tracer that
 * Nitro and Next use, @vercel/nft, computes it.
 */
const referToNode = {
  name: 'refer-to-node',
  renderChunk(code, { isEntry, fileName }) {
    if (!isEntry) return null;
    const path = `['..', 'node', '${fileName === 'register.js' ? 'register.cjs' : fileName}'].join('/')`;
    return {
      code: `${code}\nconst inNode = () => import(/* webpackIgnore: true */ /* @vite-ignore */ ${path});\n`,
      map: null,
    };
  },
};

/** Options of Rollup for all files of the packages. */
const common = {
  sourcemap: true,
  // The packages contain the sources, once for all builds.
  sourcemapExcludeSources: true,
  generatedCode: { preset: 'es2015', symbols: false },
};

/**
 * Bundles the entry points of a package. Code that they share becomes files of its own.
 * @param {string} folder the folder of the package
 * @param {Record<string, string>} entries names of entry points, and their files in dist
 * @param {Record<string, string>} imports subpath imports such as `#engine`, and their files in dist
 * @param {readonly { format: 'es' | 'cjs', to: string, isForServers?: boolean, redirectsOnDeno?: boolean, isSplit?: boolean }[]} outputs
 *   `isForServers`: whether bundlers that build for Node load them; `isSplit`: whether an entry point loads only what it
 *   needs
 */
async function bundle(folder, entries, imports, outputs) {
  const build = await readModules(folder, entries, imports);
  for (const { format, to, isForServers = false, redirectsOnDeno = false, isSplit = false } of outputs) {
    const extension = format === 'cjs' ? 'cjs' : 'js';
    const { output } = await build.write({
      ...common,
      dir: join(folder, UNFINISHED, to),
      format,
      // In CommonJS, everything that the main entry point needs is one file, so that the hot paths are local to a module.
      ...(format === 'cjs' && {
        manualChunks: isSplit ? chunkOfRegister(folder, entries) : chunkOfIndex(folder, entries),
      }),
      entryFileNames: `[name].${extension}`,
      chunkFileNames: ({ name }) => `${name}-[hash].${extension}`,
      exports: 'named',
      esModule: 'if-default-prop',
      interop: 'auto',
      externalLiveBindings: false,
      hoistTransitiveImports: false,
      plugins: isForServers ? [withoutComments, referToNode] : [withoutComments],
    });
    if (format === 'cjs' && to === 'node') {
      for (const { name, exports, isEntry } of output) {
        if (!isEntry || !(name in entries)) continue;
        // `import` loads register.cjs itself: one file less takes 1 to 2 ms of the start-up of a process.
        if (name !== 'register') {
          writeFileSync(join(folder, UNFINISHED, to, `${name}.js`), wrapCommonJs(`./${name}.cjs`, exports));
        }
        if (redirectsOnDeno) redirectOnDeno(join(folder, UNFINISHED, to), name);
      }
    }
  }
  await build.close();
}

const chunkOfIndex = (folder, { index }) => ({ main: [join(folder, 'dist', `${index}.js`)] });

/**
 * One file for everything that the doctor loads when a program starts, and others for what it shares with entry points that
 * do not watch programs: the thread of the hooks, and bundlers.
 */
function chunkOfRegister(folder, { register, bundler, 'asynchronous-hooks': hooks }) {
  const entry = (name) => join(folder, 'dist', `${name}.js`);
  let chunks;
  return (id, { getModuleInfo }) => {
    const neededBy = (file, found = new Set()) => {
      if (found.has(file) || getModuleInfo(file).isExternal) return found;
      found.add(file);
      for (const imported of getModuleInfo(file).importedIds) neededBy(imported, found);
      return found;
    };
    if (chunks === undefined) {
      const ofHooks = neededBy(entry(hooks));
      const ofBundler = neededBy(entry(bundler));
      chunks = new Map(
        [...neededBy(entry(register))]
          .filter((file) => file !== entry(register))
          .map((file) => [file, ofHooks.has(file) ? 'loader' : ofBundler.has(file) ? 'files' : 'runtime']),
      );
    }
    return chunks.get(id) ?? null;
  };
}

/**
 * Writes one minified file with everything that an entry point needs.
 * @param {string} folder the folder of the package
 * @param {string} name the name of the entry point
 * @param {string} path its file in dist
 * @param {Record<string, string>} imports subpath imports such as `#engine`, and their files in dist
 * @param {'es' | 'iife'} format
 */
async function bundleStandalone(folder, name, path, imports, format) {
  const { name: packageName, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const build = await readModules(folder, { [name]: path }, imports);
  await build.write({
    ...common,
    dir: join(folder, UNFINISHED, 'standalone'),
    entryFileNames: '[name].min.js',
    format,
    plugins: [
      rewrite({
        module: format === 'es',
        ecma: 2022,
        // Names the file where it is copied to.
        format: { preamble: `/*! ${packageName} ${version} | ${license} license */` },
      }),
    ],
  });
  await build.close();
}

/**
 * Makes a CommonJS module for Node export the module for Deno there. Deno has the condition `deno` only for `import`, so
 * `require` would load a second copy, and one that lacks what Deno needs. Neither bundlers nor Node's search for the names
 * of exports follow this call. The line is the second one, which is empty, so that the source map remains right.
 */
function redirectOnDeno(folder, name) {
  const file = join(folder, `${name}.cjs`);
  const [first, second, ...lines] = readFileSync(file, 'utf8').split('\n');
  if (first !== '"use strict";' || second !== '') throw new Error(`${file} does not begin as expected.`);
  const end = lines.findLastIndex((line) => line.startsWith('//# sourceMappingURL='));
  const redirect = `if (process.versions.deno !== undefined) module.exports = module.require("../deno/${name}.js"); else {`;
  writeFileSync(file, [first, redirect, ...lines.slice(0, end), `}\n${lines[end]}`, ''].join('\n'));
}

/** Returns the code of an ES module with the exports of a CommonJS module. */
function wrapCommonJs(specifier, exports) {
  const names = exports.filter((name) => name !== 'default');
  const lines = [`${names.length === 0 ? 'import' : `export { ${names.join(', ')} } from`} '${specifier}';`];
  if (names.length < exports.length) {
    // Node imports `module.exports` as the default, some bundlers `module.exports.default`.
    lines.push(`import commonjs from '${specifier}';`, 'export default commonjs.default ?? commonjs;');
  }
  return `${lines.join('\n')}\n`;
}

async function bundleCore() {
  const folder = join(packages, 'core');
  const entries = (web, await_) => ({
    index: 'index',
    global: 'global',
    web,
    await: await_,
    'await-script': 'await/entry-script',
    async_hooks: 'shims/async_hooks',
  });
  const native = entries('web/install-native', 'await/entry-native');
  const withRegister = { ...native, register: 'register' };
  const nativeImports = (engine) => ({
    '#engine': `engine/${engine}`,
    '#imports': `runtimes/${engine}-imports`,
    '#await': 'await/entry-native',
  });
  const page = entries('web/index', 'await/entry');
  const pageImports = (web, platform = 'web/page-platform') => ({
    '#engine': 'engine/portable',
    '#web': web,
    '#await': 'await/emitted-imports',
    '#platform': platform,
  });
  await bundle(folder, withRegister, nativeImports('node'), [{ format: 'cjs', to: 'node', redirectsOnDeno: true }]);
  await bundle(folder, withRegister, nativeImports('node'), [{ format: 'es', to: 'server', isForServers: true }]);
  const bunImports = { ...nativeImports('bun'), 'node:async_hooks': 'runtimes/bun-async-hooks' };
  await bundle(folder, withRegister, bunImports, [{ format: 'es', to: 'bun' }]);
  await bundle(folder, withRegister, nativeImports('deno'), [{ format: 'es', to: 'deno' }]);
  await bundle(folder, native, nativeImports('workerd'), [{ format: 'es', to: 'workerd' }]);
  await bundle(folder, page, pageImports('web/install'), [
    { format: 'es', to: 'portable' },
    { format: 'cjs', to: 'portable' },
  ]);
  await bundle(folder, page, pageImports('web/promises-only'), [{ format: 'es', to: 'promises-only' }]);
  const nativeApp = pageImports('web/install', 'react-native/native-platform');
  await bundle(folder, page, nativeApp, [{ format: 'cjs', to: 'react-native' }]);
  for (const [name, path, format] of [
    ['throughline.module', 'standalone/throughline-module', 'es'],
    ['throughline', 'standalone/throughline-script', 'iife'],
    ['await-script', 'await/entry-script', 'iife'],
  ]) {
    await bundleStandalone(folder, name, path, pageImports('web/install'), format);
  }
}

/** Bundles a package that is the same on every runtime. */
async function bundleForAllRuntimes(name) {
  await bundle(join(packages, name), publicFiles(name), {}, [
    { format: 'cjs', to: 'node' },
    { format: 'es', to: 'esm', isForServers: true },
  ]);
}

/**
 * Bundles the part of the doctor that runs in Node. Its files are flat, because a program that is checked should start as
 * fast as alone. The hooks are an entry point, because Node 20 loads them in a thread of their own.
 */
function bundleDoctor() {
  const { page: _, ...files } = publicFiles('doctor');
  const entries = { ...files, 'asynchronous-hooks': 'loader/asynchronous-hooks' };
  return bundle(join(packages, 'doctor'), entries, {}, [{ format: 'cjs', to: 'node', isSplit: true }]);
}

/**
 * The transform runs in Node only and is loaded once in a process, so its ES modules need not be flat. Its CommonJS entry
 * points load them: Node can require an ES module.
 */
function wrapModules(packageName) {
  const folder = join(packages, packageName, UNFINISHED);
  mkdirSync(folder, { recursive: true });
  for (const [name, file] of Object.entries(publicFiles(packageName))) {
    const load = `require('../dist/${file}.js')`;
    // The plugins are default exports.
    const isPlugin = name !== 'install' && name !== 'metro' && file.startsWith('bundlers/');
    writeFileSync(
      join(folder, `${name}.cjs`),
      isPlugin
        ? `Object.defineProperty(exports, '__esModule', { value: true });\nexports.default = ${load}.default;\n`
        : `module.exports = ${load};\n`,
    );
  }
}

/**
 * What the page of the doctor's inspector loads besides its scripts: its own files, and those of the design, which the pages
 * of the examples share. A package cannot refer to the examples.
 */
const inspectorFiles = {
  'index.html': 'packages/doctor/src/inspector/page/index.html',
  'inspector.css': 'packages/doctor/src/inspector/page/inspector.css',
  'design.css': 'examples/design/page.css',
  'icon.svg': 'examples/design/icon.svg',
};

function copyInspectorFiles() {
  const folder = join(packages, 'doctor', UNFINISHED, 'inspector');
  mkdirSync(folder, { recursive: true });
  for (const [name, path] of Object.entries(inspectorFiles))
    copyFileSync(join(packages, '..', path), join(folder, name));
}

/** Modules of the doctor that need Node, and those that take their place in a page. */
const PAGE_MODULES = {
  'runtime/capture-frames': 'page/page-frames',
  'runtime/file-origin': 'page/page-file-origin',
  'runtime/file-tables': 'page/page-files',
  'runtime/flow-ends': 'page/page-flow-ends',
  'runtime/origins': 'page/page-origins',
  'runtime/runtime-class': 'page/page-storage-class',
  'report/place': 'page/page-places',
  'report/remedies': 'page/page-remedies',
  'report/short-path': 'page/clickable-url',
};

/** Bundles the part of the doctor that runs in pages. */
async function bundleDoctorPage() {
  const folder = join(packages, 'doctor');
  const build = await readModules(folder, { page: 'page/page' }, {}, PAGE_MODULES);
  for (const [format, extension] of [
    ['es', 'js'],
    ['cjs', 'cjs'],
  ]) {
    const { output } = await build.write({
      ...common,
      dir: join(folder, UNFINISHED, 'page'),
      format,
      entryFileNames: `[name].${extension}`,
      exports: 'named',
      interop: 'auto',
      plugins: [withoutComments],
    });
    const [{ imports }] = output;
    const unknown = imports.filter((name) => !/^throughline(?:\/web)?$|^@jridgewell\/trace-mapping$/.test(name));
    if (unknown.length > 0) throw new Error(`The doctor in a page imports ${unknown.join(', ')}.`);
  }
  await build.close();
}

/** Returns the entry points of a package, and their files in dist: those of their declarations. */
function publicFiles(name) {
  const { exports } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
  return Object.fromEntries(
    Object.entries(exports)
      .filter(([, target]) => typeof target === 'object')
      .map(([subpath, { types }]) => [
        subpath === '.' ? 'index' : subpath.slice('./'.length),
        // A module that is CommonJS for `import` too has one declaration.
        (types.default ?? types).slice('./types/dist/'.length, -'.d.ts'.length),
      ]),
  );
}

/** Whether a package has been compiled, or this file or another input has changed, since its lib was written. */
function isStale(folder) {
  const lib = join(folder, 'lib');
  if (!existsSync(lib)) return true;
  const inputs = readdirSync(join(folder, 'dist'), { recursive: true })
    .filter((name) => name.endsWith('.js') && !name.endsWith('.test.js'))
    .map((name) => join(folder, 'dist', name));
  if (basename(folder) === 'doctor') {
    inputs.push(...Object.values(inspectorFiles).map((path) => join(packages, '..', path)));
  }
  const { mtimeMs } = statSync(lib);
  return [fileURLToPath(import.meta.url), join(folder, 'package.json'), ...inputs].some(
    (file) => statSync(file).mtimeMs > mtimeMs,
  );
}

const writers = {
  core: bundleCore,
  request: () => bundleForAllRuntimes('request'),
  opentelemetry: () => bundleForAllRuntimes('opentelemetry'),
  propagation: () => bundleForAllRuntimes('propagation'),
  transform: () => wrapModules('transform'),
  async doctor() {
    await bundleDoctor();
    await bundleDoctorPage();
    copyInspectorFiles();
  },
};
for (const [name, write] of Object.entries(writers)) {
  const folder = join(packages, name);
  if (!existsSync(join(folder, 'dist'))) {
    if (name === 'core') throw new Error('The packages have not been compiled. Run tsc -b.');
    // `npm start` compiles only the packages that it needs.
    continue;
  }
  if (!isStale(folder)) continue;
  const startTime = new Date();
  await write();
  rmSync(join(folder, 'lib'), { recursive: true, force: true });
  renameSync(join(folder, UNFINISHED), join(folder, 'lib'));
  // What was compiled in the meantime is newer.
  utimesSync(join(folder, 'lib'), startTime, startTime);
}
