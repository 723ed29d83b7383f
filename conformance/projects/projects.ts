/** Every kind of project in which the packages work. */

import { APPS } from './apps.js';
import { BABEL_PROJECTS } from './babel-projects.js';
import { guideFiles } from './guide-projects.js';
import { LIBRARY_PROJECTS } from './library-projects.js';
import { PAGE_HTML, ROLLDOWN_BUILD } from './page-builds.js';
import { COMMONJS_MODULE, ES_MODULE, OUTPUT, TEST_BODY, TYPESCRIPT_MODULE } from './programs.js';
import type { Project } from './project.js';
import { REACT_NATIVE_PROJECTS } from './react-native-projects.js';
import { firstProgram } from './readme-project.js';
import { RECIPE_PROJECTS } from './recipe-projects.js';
import { singleExecutable } from './single-executable.js';
import { STARTER_PROJECTS } from './starter-projects.js';
import { TRACED_SERVER } from './traced-files.js';
import { WHOLE_PROCESS_PROJECTS } from './whole-process-projects.js';

const TYPESCRIPT_5 = { typescript: '~5.9.0', '@types/node': '^22.0.0' };
const TYPESCRIPT_7 = { typescript: '^7.0.0', '@types/node': '^26.0.0' };

const PRINT = '\ndemo().then(console.log);\n';

function tsconfig(options: object): string {
  return JSON.stringify({
    compilerOptions: {
      target: 'es2022',
      lib: ['es2022', 'esnext.disposable'],
      types: ['node'],
      strict: true,
      skipLibCheck: true,
      esModuleInterop: true,
      ...options,
    },
    include: ['*.ts', '*.mts', '*.cts'],
  });
}

/** A project that the compiler checks and emits, and that Node runs. */
function compiled(title: string, dependencies: Record<string, string>, options: object, isEsModule: boolean): Project {
  return {
    title,
    group: 'TypeScript',
    dependencies,
    manifest: { type: isEsModule ? 'module' : 'commonjs' },
    files: { 'tsconfig.json': tsconfig(options), 'main.ts': TYPESCRIPT_MODULE + PRINT },
    commands: [
      ['tsc', '-p', '.'],
      ['node', 'main.js'],
    ],
    output: OUTPUT,
  };
}

/** A project that the compiler only checks. */
function checked(title: string, dependencies: Record<string, string>, options: object): Project {
  return {
    title,
    group: 'TypeScript',
    dependencies,
    manifest: { type: 'module' },
    files: { 'tsconfig.json': tsconfig({ ...options, noEmit: true }), 'main.ts': TYPESCRIPT_MODULE },
    commands: [
      ['tsc', '-p', '.'],
      ['node', '--print', `'${OUTPUT}'`],
    ],
    output: OUTPUT,
  };
}

/** The state that a CommonJS dependency and an application in ES modules must share. */
const SCOPE_READER = `const { getRequestScope } = require('@throughline/request');
const { AsyncLocalStorage } = require('throughline');
exports.storage = new AsyncLocalStorage();
exports.AsyncLocalStorage = AsyncLocalStorage;
exports.read = async () => {
  await undefined;
  return exports.storage.getStore() + ' ' + getRequestScope().id + ' ' + getRequestScope().tenant;
};
`;

const SCOPE_OWNER = `import { AsyncLocalStorage } from 'throughline';
import { withRequestScope } from '@throughline/request';
import dependency from 'dependency';
if (process.argv[2] === 'one' && dependency.AsyncLocalStorage !== AsyncLocalStorage) throw new Error('two copies');
if (process.argv[2] === 'two' && dependency.AsyncLocalStorage === AsyncLocalStorage) throw new Error('one copy');
await dependency.storage.run(7, () =>
  withRequestScope({ id: 'first', tenant: 'acme' }, async () => console.log(await dependency.read())));
`;

const sharedState: Project = {
  title: 'ES modules with a CommonJS dependency: one copy',
  group: 'Modules',
  manifest: { type: 'module' },
  files: {
    'main.js': SCOPE_OWNER,
    'node_modules/dependency/package.json': '{ "name": "dependency", "version": "1.0.0" }',
    'node_modules/dependency/index.js': SCOPE_READER,
  },
  commands: [['node', 'main.js', 'one']],
  output: OUTPUT,
  isQuick: true,
};

const COPY_PACKAGES = `import { cpSync } from 'node:fs';
for (const name of ['throughline', '@throughline/request']) {
  cpSync('node_modules/' + name, 'node_modules/dependency/node_modules/' + name, { recursive: true });
}
`;

const twoVersions: Project = {
  ...sharedState,
  title: 'A dependency with its own installed copies: one scope',
  files: { ...sharedState.files, 'copy.js': COPY_PACKAGES },
  commands: [
    ['node', 'copy.js'],
    ['node', 'main.js', 'two'],
  ],
};

const JEST = { jest: '^30.0.0' };
const TS_JEST = { ...JEST, 'ts-jest': '^29.4.0', '@types/jest': '^30.0.0', ...TYPESCRIPT_5 };

/** A test runner reports to the standard error, so another command prints that it has succeeded. */
const PRINT_SUCCESS = ['node', '--print', `'${OUTPUT}'`] as const;

const NEST_TEST = `import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { getRequestScope } from '@throughline/request';
import { RequestScopeModule } from '@throughline/request/nest';

@Controller()
class PathController {
  @Get('hello')
  async hello(): Promise<string> {
    await undefined;
    return getRequestScope().path;
  }
}

@Module({ imports: [RequestScopeModule.forRoot()], controllers: [PathController] })
class AppModule {}

test('a controller finds the scope of its request', async () => {
  const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = testing.createNestApplication();
  await app.listen(0);
  try {
    const response = await fetch((await app.getUrl()) + '/hello');
    expect(await response.text()).toBe('/hello');
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  } finally {
    await app.close();
  }
});
`;

const LAMBDA = `${ES_MODULE}
export const handler = async () => ({ statusCode: 200, body: await demo() });
`;

const WEBPACK_CONFIG = `module.exports = {
  mode: 'production',
  target: 'node',
  entry: './main.js',
  output: { filename: 'server.js' },
};
`;

/** A program that keeps its value only with the transform, and if the page has the patches. */
const PAGE = `import { AsyncLocalStorage } from 'throughline';
const storage = new AsyncLocalStorage();
storage.run('${OUTPUT}', async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  await 0;
  setTimeout(() => console.log(storage.getStore()), 1);
});
`;

export const PROJECTS: readonly Project[] = [
  firstProgram,
  sharedState,
  twoVersions,
  { ...compiled('TypeScript 7, node16 from CommonJS', TYPESCRIPT_7, { module: 'node16' }, false), isQuick: true },
  {
    ...compiled('TypeScript 7, nodenext', TYPESCRIPT_7, { module: 'nodenext' }, true),
    isQuick: true,
  },
  compiled('TypeScript 5.9, commonjs (node10)', TYPESCRIPT_5, { module: 'commonjs' }, false),
  compiled('TypeScript 5.9, node16 from CommonJS', TYPESCRIPT_5, { module: 'node16' }, false),
  compiled('TypeScript 5.9, node16 from an ES module', TYPESCRIPT_5, { module: 'node16' }, true),
  compiled('TypeScript 5.9, nodenext', TYPESCRIPT_5, { module: 'nodenext' }, true),
  checked('TypeScript 5.9, bundler', TYPESCRIPT_5, { module: 'esnext', moduleResolution: 'bundler' }),
  checked('TypeScript 5.9, preserve', TYPESCRIPT_5, { module: 'preserve' }),
  checked('TypeScript 7, bundler', TYPESCRIPT_7, { module: 'esnext', moduleResolution: 'bundler' }),
  checked('TypeScript 7, preserve', TYPESCRIPT_7, { module: 'preserve' }),
  {
    title: 'ts-node',
    group: 'TypeScript',
    dependencies: { 'ts-node': '^10.9.0', ...TYPESCRIPT_5 },
    files: { 'tsconfig.json': tsconfig({ module: 'commonjs' }), 'main.ts': TYPESCRIPT_MODULE + PRINT },
    commands: [['ts-node', 'main.ts']],
    output: OUTPUT,
  },
  {
    title: 'tsx',
    group: 'TypeScript',
    dependencies: { tsx: '^4.0.0' },
    files: { 'main.ts': TYPESCRIPT_MODULE + PRINT },
    commands: [['tsx', 'main.ts']],
    output: OUTPUT,
  },
  {
    title: 'Jest 30 (CommonJS)',
    group: 'Test runners',
    dependencies: JEST,
    files: { 'demo.js': COMMONJS_MODULE, 'demo.test.js': `const { demo } = require('./demo');\n${TEST_BODY}` },
    commands: [['jest'], PRINT_SUCCESS],
    output: OUTPUT,
  },
  {
    title: 'Jest 30 with jsdom',
    group: 'Test runners',
    dependencies: { ...JEST, 'jest-environment-jsdom': '^30.0.0' },
    manifest: { jest: { testEnvironment: 'jsdom' } },
    files: {
      'demo.js': COMMONJS_MODULE,
      'demo.test.js': `const { demo } = require('./demo');\n${TEST_BODY}`,
      ...guideFiles('docs/testing.md', 'Jest'),
    },
    commands: [['jest'], PRINT_SUCCESS],
    output: OUTPUT,
  },
  {
    title: 'Jest 30 with ts-jest',
    group: 'Test runners',
    dependencies: TS_JEST,
    manifest: { jest: { preset: 'ts-jest' } },
    files: {
      'tsconfig.json': tsconfig({ module: 'commonjs', types: ['node', 'jest'] }),
      'demo.ts': TYPESCRIPT_MODULE,
      'demo.test.ts': `import { demo } from './demo';\n${TEST_BODY}`,
    },
    commands: [['jest'], PRINT_SUCCESS],
    output: OUTPUT,
  },
  {
    title: 'Nest 11 with its own test set-up',
    group: 'Test runners',
    dependencies: {
      ...TS_JEST,
      '@nestjs/common': '^11.0.0',
      '@nestjs/core': '^11.0.0',
      '@nestjs/platform-express': '^11.0.0',
      '@nestjs/testing': '^11.0.0',
      'reflect-metadata': '^0.2.0',
      rxjs: '^7.8.0',
    },
    manifest: {
      jest: {
        moduleFileExtensions: ['js', 'json', 'ts'],
        testRegex: '.*\\.spec\\.ts$',
        transform: { '^.+\\.(t|j)s$': 'ts-jest' },
        testEnvironment: 'node',
      },
    },
    files: {
      'tsconfig.json': tsconfig({
        module: 'commonjs',
        types: ['node', 'jest'],
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
      }),
      'app.spec.ts': NEST_TEST,
    },
    commands: [['jest'], PRINT_SUCCESS],
    output: OUTPUT,
  },
  {
    title: 'Vitest',
    group: 'Test runners',
    dependencies: { vitest: '^4.0.0' },
    files: {
      'demo.mjs': ES_MODULE,
      'demo.test.mjs': `import { expect, test } from 'vitest';\nimport { demo } from './demo.mjs';\n${TEST_BODY}`,
      ...guideFiles('docs/testing.md', 'Vitest'),
    },
    commands: [['vitest', 'run'], PRINT_SUCCESS],
    output: OUTPUT,
  },
  {
    title: 'Mocha',
    group: 'Test runners',
    dependencies: { mocha: '^11.0.0' },
    files: {
      'demo.js': COMMONJS_MODULE,
      'demo.test.js': `const { demo } = require('./demo');
it('works', async () => require('assert').equal(await demo(), '${OUTPUT}'));
`,
    },
    commands: [['mocha', 'demo.test.js'], PRINT_SUCCESS],
    output: OUTPUT,
  },
  {
    title: 'esbuild for Node, CommonJS',
    group: 'Bundlers and applications',
    dependencies: { esbuild: '^0.28.0' },
    files: {
      'main.mjs': `${ES_MODULE}${PRINT}`,
    },
    commands: [
      ['esbuild', 'main.mjs', '--bundle', '--platform=node', '--outfile=out.cjs', '--log-level=warning'],
      ['node', 'out.cjs'],
    ],
    output: OUTPUT,
  },
  {
    title: 'esbuild for Node, ES modules',
    group: 'Bundlers and applications',
    dependencies: { esbuild: '^0.28.0' },
    files: {
      'main.mjs': `${ES_MODULE}${PRINT}`,
    },
    commands: [
      [
        'esbuild',
        'main.mjs',
        '--bundle',
        '--platform=node',
        '--format=esm',
        '--outfile=out.mjs',
        '--log-level=warning',
      ],
      ['node', 'out.mjs'],
    ],
    output: OUTPUT,
  },
  {
    title: 'Rolldown for a page, with the plugin',
    group: 'Bundlers and applications',
    dependencies: { rolldown: '^1.0.0' },
    manifest: { type: 'module' },
    files: { 'build.js': ROLLDOWN_BUILD, 'page.js': PAGE, 'dist/index.html': PAGE_HTML },
    commands: [['node', 'build.js'], PRINT_SUCCESS],
    output: OUTPUT,
    page: 'dist/index.html',
  },
  {
    title: 'webpack for Node',
    group: 'Bundlers and applications',
    dependencies: { webpack: '^5.0.0', 'webpack-cli': '^6.0.0' },
    files: {
      'webpack.config.cjs': WEBPACK_CONFIG,
      'main.js': `${ES_MODULE}${PRINT}`,
    },
    manifest: { type: 'module' },
    commands: [
      ['webpack', '--no-color'],
      ['node', '--input-type=commonjs', '--eval', `eval(fs.readFileSync('dist/server.js', 'utf8'))`],
    ],
    output: OUTPUT,
  },
  {
    title: 'ncc',
    group: 'Bundlers and applications',
    dependencies: { '@vercel/ncc': '^0.38.0' },
    files: { 'main.js': `${COMMONJS_MODULE}${PRINT}` },
    commands: [
      ['ncc', 'build', 'main.js', '-o', 'out'],
      ['node', 'out/index.js'],
    ],
    output: OUTPUT,
  },
  {
    title: 'A single executable application',
    group: 'Bundlers and applications',
    ...singleExecutable({ 'main.mjs': `${ES_MODULE}${PRINT}` }),
    output: OUTPUT,
  },
  {
    title: 'bun build --compile',
    group: 'Bundlers and applications',
    dependencies: { bun: '^1.3.0' },
    files: { 'main.mjs': `${ES_MODULE}${PRINT}` },
    commands: [['bun', 'build', '--compile', 'main.mjs', '--outfile', 'application'], ['./application']],
    output: OUTPUT,
  },
  {
    title: 'A handler for Lambda, bundled by esbuild',
    group: 'Bundlers and applications',
    dependencies: { esbuild: '^0.28.0' },
    files: { 'handler.mjs': LAMBDA },
    commands: [
      ['esbuild', 'handler.mjs', '--bundle', '--platform=node', '--outfile=out.cjs', '--log-level=warning'],
      ['node', '--eval', `require('./out.cjs').handler().then(({ body }) => console.log(body))`],
    ],
    output: OUTPUT,
  },
  TRACED_SERVER,
  {
    title: 'The loader of the transform with --require and --import',
    group: 'Modules',
    files: {
      'main.cjs': `${COMMONJS_MODULE}${PRINT}`,
      'main.mjs': `${ES_MODULE}${PRINT}`,
    },
    commands: [
      ['node', '--require', '@throughline/transform/register', 'main.cjs'],
      ['node', '--import', '@throughline/transform/register', 'main.mjs'],
    ],
    output: OUTPUT,
  },
  {
    title: 'Next 16',
    group: 'Bundlers and applications',
    dependencies: { next: '^16.0.0', react: '^19.0.0', 'react-dom': '^19.0.0' },
    files: {
      'demo.js': ES_MODULE,
      'app/layout.js': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>;\n',
      'app/page.js': `import { demo } from '../demo.js';
export default async function Page() {
  return <p>{await demo()}</p>;
}
`,
    },
    commands: [
      ['next', 'build'],
      ['node', '--print', `fs.readFileSync('.next/server/app/index.html', 'utf8')`],
    ],
    output: OUTPUT,
  },
  ...BABEL_PROJECTS,
  ...LIBRARY_PROJECTS,
  ...RECIPE_PROJECTS,
  ...REACT_NATIVE_PROJECTS,
  ...STARTER_PROJECTS,
  ...APPS,
  ...WHOLE_PROCESS_PROJECTS,
];
