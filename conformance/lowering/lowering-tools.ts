/**
 * The build tools that lower code, that is, compile it to an older version of the language: the rows of the tables in
 * docs/transform.md.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformAsync as transformWithBabel } from '@babel/core';
import { transform as transformWithSwc } from '@swc/core';
import { build, transform as transformWithEsbuild } from 'esbuild';
import { rolldown } from 'rolldown';
import ts from 'typescript-5';

export interface LoweringTool {
  readonly title: string;
  /** The targets from the oldest that the tool supports, in the notation of the table. */
  readonly targets: readonly string[];
  /** Lowers an ES module. Imports remain. */
  lower(code: string, target: string): Promise<string>;
}

const require = createRequire(import.meta.url);

const RECENT_TARGETS = ['ES2015', 'ES2016', 'ES2017', 'ES2018', 'ES2020', 'ES2022', 'ESNext'];
const ALL_TARGETS = ['ES5', ...RECENT_TARGETS];

/** The oldest Chromium with each version of the language, because preset-env accepts no other targets. */
const BROWSERS: Readonly<Record<string, string>> = {
  ES5: 'ie 11',
  ES2015: 'chrome 51',
  ES2016: 'chrome 52',
  ES2017: 'chrome 58',
  ES2018: 'chrome 64',
  ES2020: 'chrome 80',
  ES2022: 'chrome 94',
  ESNext: 'chrome 140',
};

const esbuild: LoweringTool = {
  title: 'esbuild',
  targets: RECENT_TARGETS,
  async lower(code, target) {
    return (await transformWithEsbuild(code, { target })).code;
  },
};

const esbuildWithoutAsync: LoweringTool = {
  title: 'esbuild, `supported`',
  targets: ['ES2022'],
  async lower(code, target) {
    const supported = { 'async-await': false, 'async-generator': false, 'for-await': false };
    return (await transformWithEsbuild(code, { target, supported })).code;
  },
};

const rolldownOxc: LoweringTool = {
  title: 'Rolldown (oxc)',
  targets: RECENT_TARGETS,
  async lower(code, target) {
    const bundle = await rolldown({
      input: 'lowered.js',
      external: /^(?:throughline|\.\/constructs\.js)/,
      makeAbsoluteExternalsRelative: false,
      transform: { target: target.toLowerCase() },
      plugins: [
        {
          name: 'code',
          resolveId: (id) => (id === 'lowered.js' ? id : null),
          load: (id) => (id === 'lowered.js' ? code : null),
        },
      ],
    });
    try {
      const { output } = await bundle.generate({ format: 'esm' });
      return output[0].code;
    } finally {
      await bundle.close();
    }
  },
};

const swc: LoweringTool = {
  title: 'SWC',
  targets: ALL_TARGETS,
  async lower(code, target) {
    const result = await transformWithSwc(code, {
      configFile: false,
      swcrc: false,
      isModule: true,
      jsc: {
        parser: { syntax: 'ecmascript', explicitResourceManagement: true },
        target: target.toLowerCase() as 'es5',
      },
    });
    return result.code;
  },
};

const typescript: LoweringTool = {
  title: 'TypeScript',
  targets: ALL_TARGETS,
  async lower(code, target) {
    return ts.transpileModule(code, {
      compilerOptions: {
        target: ts.ScriptTarget[target as 'ES5'],
        module: ts.ModuleKind.ESNext,
        downlevelIteration: true,
      },
    }).outputText;
  },
};

const babel: LoweringTool = {
  title: 'Babel, preset-env',
  targets: ALL_TARGETS,
  lower(code, target) {
    const options = { targets: BROWSERS[target], modules: false, bugfixes: true };
    return lowerWithBabel(code, [[require.resolve('@babel/preset-env'), options]], []);
  },
};

/**
 * Without another plugin, async functions and async generators become those of regenerator's runtime, as in older
 * packages. It knows no newer syntax, which esbuild lowers first.
 */
const regenerator: LoweringTool = {
  title: 'regenerator',
  targets: ['ES2015'],
  async lower(code) {
    const older = await transformWithEsbuild(code, { target: 'es2018', supported: { 'for-await': false } });
    return lowerWithBabel(older.code, [], [require.resolve('@babel/plugin-transform-regenerator')]);
  },
};

/** The preset of Metro, by profile. It does not know `using`, which esbuild lowers first. */
const reactNative: LoweringTool = {
  title: 'Babel, React Native',
  targets: ['default', 'hermes-stable'],
  async lower(code, target) {
    const options = {
      disableImportExportTransform: true,
      enableBabelRuntime: false,
      unstable_transformProfile: target,
    };
    const older = await transformWithEsbuild(code, { target: 'esnext', supported: { using: false } });
    return lowerWithBabel(older.code, [[require.resolve('@react-native/babel-preset'), options]], []);
  },
};

/** The helpers of TypeScript are imported, as most packages do that TypeScript has compiled. */
const typescriptWithTslib: LoweringTool = {
  title: 'TypeScript, tslib',
  targets: ['ES2015'],
  async lower(code) {
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { target: ts.ScriptTarget.ES2015, module: ts.ModuleKind.ESNext, importHelpers: true },
    });
    const result = await build({
      stdin: { contents: outputText, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
      bundle: true,
      write: false,
      format: 'esm',
      external: ['throughline', './constructs.js'],
      logLevel: 'error',
    });
    return result.outputFiles?.[0]?.text ?? '';
  },
};

async function lowerWithBabel(code: string, presets: unknown[], plugins: string[]): Promise<string> {
  const result = await transformWithBabel(code, {
    babelrc: false,
    configFile: false,
    compact: false,
    sourceType: 'module',
    presets: presets as never,
    plugins,
  });
  return result?.code ?? '';
}

export const LOWERING_TOOLS: readonly LoweringTool[] = [
  esbuild,
  esbuildWithoutAsync,
  rolldownOxc,
  swc,
  typescript,
  typescriptWithTslib,
  babel,
  reactNative,
  regenerator,
];
