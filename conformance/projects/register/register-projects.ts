/** The applications that run with `throughline/register` and agents. Their files are in `apps/register`. */
import type { Format, NodeName, RegisteredApp, RegisteredProject, RequestKind } from './registered-app.js';

/** The versions of the agents that are current, and the last ones that run on Node 20. */
const AGENTS = {
  '@fastify/otel': '*',
  '@opentelemetry/api': '^1.9.0',
  '@opentelemetry/auto-instrumentations-node': '^0.82.0',
  '@opentelemetry/sdk-node': '^0.300.0',
  '@sentry/node': '^11.0.0',
  'dd-trace': '^6.0.0',
  newrelic: '^14.0.0',
};
const AGENTS_FOR_NODE_20 = {
  ...AGENTS,
  '@opentelemetry/auto-instrumentations-node': '~0.81.0',
  '@opentelemetry/sdk-node': '~0.223.0',
  'dd-trace': '^5.0.0',
  newrelic: '^13.0.0',
};

const ESBUILD = { esbuild: '^0.28.0' };

const BOTH_FORMATS: readonly Format[] = ['--import', '-r'];

/** Sends a request with its id, and returns the body of the response. */
async function request(url: string, id: string, init: RequestInit = {}): Promise<string> {
  const headers = { ...init.headers, 'x-request-id': id };
  const response = await fetch(url, { ...init, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} has the status ${response.status}: ${text.slice(0, 500)}`);
  return text;
}

const parts = (...names: string[]) => names.map((name) => ({ name }));

function get(path: string, ...names: string[]): RequestKind {
  return { title: 'GET', parts: parts(...names), send: (origin, id) => request(origin + path, id) };
}

function post(path: string, body: object, ...names: string[]): RequestKind {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return { title: 'POST', parts: parts(...names), send: (origin, id) => request(origin + path, id, init) };
}

/** The program of `apps/register/servers` that esbuild has written in both formats. */
function server(
  name: string,
  title: string,
  nodes: readonly NodeName[],
  packages: readonly string[],
  ...kinds: readonly RequestKind[]
): RegisteredApp {
  const command = (format: Format) => [`${format === '-r' ? 'cjs' : 'esm'}/${name}.js`];
  return { title, nodes, packages, formats: BOTH_FORMATS, kinds, command };
}

function servers(nodes: readonly NodeName[]): readonly RegisteredApp[] {
  return [
    server('http', 'node:http', nodes, [], get('/flow', 'handler')),
    server(
      'express',
      'Express',
      nodes,
      ['express', 'cls-rtracer'],
      get('/flow', 'handler'),
      post('/flow', {}, 'handler'),
    ),
    server(
      'fastify',
      'Fastify',
      nodes,
      ['fastify', '@fastify/request-context'],
      get('/flow', 'handler'),
      post('/flow', {}, 'handler'),
    ),
    server(
      'trpc',
      'tRPC, with subscriptions',
      nodes,
      ['@trpc/server'],
      get('/query', 'query'),
      post('/mutation', {}, 'mutation'),
      { ...get('/subscription', 'first', 'second', 'third'), title: 'subscription' },
    ),
    server(
      'nest-graphql',
      'Nest, with GraphQL of Apollo',
      nodes,
      ['@nestjs/core', '@nestjs/graphql', '@apollo/server', 'nestjs-cls'],
      post('/graphql', { query: '{ flow orders { total } }' }, 'query', 'first', 'second'),
    ),
  ];
}

/** esbuild compiles the programs to both formats, as a compiler would. */
const BUILD = `import { buildSync } from 'esbuild';
import { readdirSync, writeFileSync } from 'node:fs';
const entryPoints = readdirSync('.').filter((name) => /\\.[jt]s$/.test(name) && name !== 'build.js');
for (const [outdir, format, type] of [['esm', 'esm', 'module'], ['cjs', 'cjs', 'commonjs']]) {
  buildSync({ entryPoints, outdir, format, platform: 'node', target: 'node20', tsconfig: 'tsconfig.json' });
  writeFileSync(outdir + '/package.json', JSON.stringify({ type }));
}
`;

const serversProject: RegisteredProject = {
  title: 'Servers',
  node: 'node22',
  dependencies: {
    ...AGENTS,
    ...ESBUILD,
    '@apollo/server': '^5.0.0',
    '@as-integrations/express5': '^1.0.0',
    '@fastify/request-context': '^7.0.0',
    '@nestjs/apollo': '^14.0.0',
    '@nestjs/common': '^12.0.0',
    '@nestjs/core': '^12.0.0',
    '@nestjs/graphql': '^14.0.0',
    '@nestjs/platform-express': '^12.0.0',
    '@trpc/server': '^11.0.0',
    'cls-rtracer': '^2.0.0',
    express: '^5.0.0',
    fastify: '^5.0.0',
    graphql: '^16.0.0',
    'nestjs-cls': '^7.0.0',
    'reflect-metadata': '^0.2.0',
    rxjs: '^7.8.0',
  },
  manifest: { type: 'module' },
  folders: ['register/shared', 'register/servers'],
  files: {
    'build.js': BUILD,
    'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
  },
  commands: [['node', 'build.js']],
  apps: servers(['node22', 'node26']),
};

export const REGISTER_PROJECTS: readonly RegisteredProject[] = [
  serversProject,
  {
    ...serversProject,
    title: 'Servers on Node 20',
    node: 'node20',
    dependencies: {
      ...serversProject.dependencies,
      ...AGENTS_FOR_NODE_20,
      '@nestjs/apollo': '^13.0.0',
      '@nestjs/common': '^11.0.0',
      '@nestjs/core': '^11.0.0',
      '@nestjs/graphql': '^13.0.0',
      '@nestjs/platform-express': '^11.0.0',
      'nestjs-cls': '^6.0.0',
    },
    apps: servers(['node20']),
  },
];
