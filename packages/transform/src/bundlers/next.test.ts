import assert from 'node:assert/strict';
import { test } from 'node:test';
import throughline from './next.js';
import transformLoader, { type LoaderOptions } from './webpack-loader.js';

interface Rule {
  readonly loaders: readonly [{ readonly loader: string; readonly options: object }];
  readonly condition: { readonly all: readonly unknown[] };
}

interface Extended {
  readonly webpack: (config: { plugins?: unknown[] }, context: { isServer: boolean }) => { plugins?: unknown[] };
  readonly turbopack: {
    readonly rules: Readonly<Record<string, readonly Rule[]>>;
    readonly resolveAlias: Readonly<Record<string, unknown>>;
  };
}

const extend = (config: object, options?: object) => throughline(config, options) as unknown as Extended;

test('the plugin is added to the builds of webpack for pages, after what the application configures', () => {
  const { webpack } = extend({
    webpack: (config: { plugins: unknown[] }) => ({ ...config, plugins: [...config.plugins, 'own'] }),
  });
  const names = ({ plugins = [] }: { plugins?: unknown[] }) => plugins.map((plugin) => typeof plugin);
  assert.deepEqual(names(webpack({ plugins: ['first'] }, { isServer: false })), ['string', 'string', 'object']);
  assert.deepEqual(names(webpack({ plugins: ['first'] }, { isServer: true })), ['string', 'string']);
  assert.deepEqual(names(extend({}, { server: true }).webpack({}, { isServer: true })), ['object']);
});

test('Turbopack receives a rule for pages and an alias, next to those of the application', () => {
  const own = { loaders: ['own-loader'] };
  const config = {
    reactStrictMode: true,
    turbopack: { root: '/app', rules: { '*.svg': own }, resolveAlias: { a: 'b' } },
  };
  const { turbopack, ...rest } = extend(config, { generators: 'creation' });
  const { rules, resolveAlias, ...options } = turbopack;
  assert.equal((rest as { reactStrictMode?: boolean }).reactStrictMode, true);
  assert.deepEqual(options, { root: '/app' });
  assert.equal(rules['*.svg'], own);
  const [rule] = Object.entries(rules).find(([files]) => files !== '*.svg')?.[1] ?? [];
  assert.match(rule?.loaders[0].loader ?? '', /webpack-loader\.js$/);
  // The options of a loader in Turbopack must be JSON.
  assert.deepEqual(JSON.parse(JSON.stringify(rule?.loaders[0].options)), rule?.loaders[0].options);
  assert.equal(rule?.condition.all[0], 'browser');
  assert.deepEqual(Object.keys(resolveAlias), ['node:async_hooks', 'async_hooks', 'a']);
  assert.match(JSON.stringify(resolveAlias['node:async_hooks']), /^\{"browser":"\.\/.*portable\/async_hooks\.js"\}$/);
});

test('with server: true, Turbopack receives a rule for servers too, where libraries keep their own storage', () => {
  const { turbopack } = extend({}, { server: true });
  const rules = Object.values(turbopack.rules).flat();
  assert.deepEqual(
    rules.map(({ condition, loaders: [{ options }] }) => [condition.all[0], (options as LoaderOptions).libraries]),
    [
      ['browser', true],
      [{ not: 'browser' }, false],
    ],
  );
});

test('an ES module by its extension stays one in Turbopack, without a declaration', () => {
  const { turbopack } = extend({});
  const [{ loaders: [{ options }] = [{ options: {} }] } = {}] = Object.values(
    turbopack.rules,
  ).flat() as Partial<Rule>[];
  const transformed = (resourcePath: string) => {
    let result = '';
    const context = {
      resourcePath,
      sourceMap: false,
      loaders: [],
      loaderIndex: 0,
      getOptions: () => options as LoaderOptions,
      callback: (_error: null, code: string) => {
        result = code;
      },
    };
    transformLoader.call(context, 'async () => { await 1; f(); };');
    return result;
  };
  assert.match(transformed('/app/file.mjs'), /^import\{/);
  assert.match(transformed('/app/file.js'), /^const\{.*=require\(/);
});

test('a rule of the application for the same files is kept', () => {
  const [[files] = []] = Object.entries(extend({}).turbopack.rules);
  const { turbopack } = extend({ turbopack: { rules: { [files ?? '']: { loaders: ['own-loader'] } } } });
  assert.equal(turbopack.rules[files ?? '']?.length, 2);
});

test('a function that returns the configuration stays a function', async () => {
  const configure = throughline(async (phase: string) => ({ distDir: phase }));
  const config = await configure('phase');
  assert.equal(config.distDir, 'phase');
  assert.equal(typeof (config as unknown as Extended).webpack, 'function');
});

test('invalid options are refused', () => {
  assert.throws(() => throughline({}, { instal: false } as object), { code: 'ERR_INVALID_OPTION', message: /install/ });
});

test('with the option doctor, Turbopack instruments the files of pages in development only', (context) => {
  const { NODE_ENV } = process.env;
  context.after(() => {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  });
  const optionsIn = (environment: string) => {
    process.env.NODE_ENV = environment;
    const { turbopack } = extend({}, { doctor: { dependencies: true }, server: true });
    const rules = Object.values(turbopack.rules).flat();
    const options = rules.map(({ loaders: [loader] }) => loader.options as LoaderOptions);
    return { options, alias: turbopack.resolveAlias['@throughline/doctor/page'] };
  };
  const { options, alias } = optionsIn('development');
  assert.deepEqual(
    options.map(({ doctor }) => doctor?.options),
    [{ dependencies: true }, undefined],
  );
  assert.match(JSON.stringify(alias), /^\{"browser":"\.\/.*lib\/page\/page\.js"\}$/);
  const production = optionsIn('production');
  assert.deepEqual(
    production.options.map(({ doctor }) => doctor),
    [undefined, undefined],
  );
  assert.equal(production.alias, undefined);

  let output = '';
  const code =
    "'use client';\nexport const Row = (props: { name: string }) => <p onClick={() => props.name}>{props.name}</p>;\n";
  transformLoader.call(
    {
      resourcePath: `${process.cwd()}/app/row.tsx`,
      sourceMap: true,
      loaders: [],
      loaderIndex: 0,
      getOptions: () => JSON.parse(JSON.stringify(options[0])),
      callback: (_error, result) => {
        output = result;
      },
    },
    code,
  );
  assert.match(
    output,
    /^'use client';import'@throughline\/doctor\/page';typeof __tdFile==='function'&&__tdFile\(\{"url":"file:\/\/\/[^"]*\/app\/row\.tsx"/,
  );
  assert.match(output, /onClick=\{\(\) => .*__tdEnter\(/);
});

test('with the option doctor, webpack makes source maps that a page can read, in development only', (context) => {
  const { NODE_ENV } = process.env;
  context.after(() => {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  });
  class EvalSourceMapDevToolPlugin {}
  const devtoolIn = (environment: string, doctor: boolean, isServer = false) => {
    process.env.NODE_ENV = environment;
    const options: { devtool: unknown } = { devtool: false };
    const compiler = { options, hooks: { afterEnvironment: { tap: (_name: string, fn: () => void) => fn() } } };
    const { plugins = [] } = extend({}, { doctor }).webpack(
      { plugins: [new EvalSourceMapDevToolPlugin()] },
      { isServer },
    );
    const hasEval = plugins.some((plugin) => plugin instanceof EvalSourceMapDevToolPlugin);
    const added = plugins.at(-1) as { apply(compiler: object): void } | undefined;
    if (!hasEval) added?.apply(compiler);
    return [hasEval, options.devtool];
  };
  assert.deepEqual(devtoolIn('development', true), [false, 'source-map']);
  assert.deepEqual(devtoolIn('development', true, true), [true, false]);
  assert.deepEqual(devtoolIn('development', false), [true, false]);
  assert.deepEqual(devtoolIn('production', true), [true, false]);
});

test('next build says once that the option doctor has no effect, also with Turbopack', (context) => {
  const { NODE_ENV } = process.env;
  const { argv } = process;
  const { warn } = console;
  context.after(() => {
    process.argv = argv;
    console.warn = warn;
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  });
  const warningsOf = (environment: string, command: string, doctor: boolean) => {
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    process.env.NODE_ENV = environment;
    process.argv = ['node', 'next', command];
    extend({}, { doctor });
    return warnings;
  };
  assert.deepEqual(warningsOf('production', 'build', true), [
    'The option doctor has no effect: this is next build. Only builds for development contain the doctor.',
  ]);
  assert.deepEqual(warningsOf('production', 'build', false), []);
  assert.deepEqual(warningsOf('production', 'start', true), []);
  assert.deepEqual(warningsOf('development', 'dev', true), []);
});
