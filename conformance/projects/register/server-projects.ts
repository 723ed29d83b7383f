/** Servers whose programs are in `apps/register/servers`, one file each. esbuild compiles each to both formats. */
import { agentPackages } from './agent-packages.js';
import type { NodeName, RegisteredApp, RegisteredProject } from './registered-app.js';
import { get, postJson } from './request-kinds.js';

interface Server extends Omit<RegisteredApp, 'nodes' | 'formats' | 'command'> {
  /** The name of its file. */
  readonly name: string;
}

const SERVERS: readonly Server[] = [
  { name: 'http', title: 'node:http', packages: [], kinds: [get('GET', '/flow', 'handler')] },
  {
    name: 'express',
    title: 'Express',
    packages: ['express', 'cls-rtracer'],
    kinds: [get('GET', '/flow', 'handler'), postJson('POST', '/flow', {}, 'handler')],
  },
  {
    name: 'fastify',
    title: 'Fastify',
    packages: ['fastify', '@fastify/request-context'],
    kinds: [get('GET', '/flow', 'handler'), postJson('POST', '/flow', {}, 'handler')],
  },
  {
    name: 'trpc',
    title: 'tRPC, with subscriptions',
    packages: ['@trpc/server'],
    kinds: [
      get('query', '/query', 'query'),
      postJson('mutation', '/mutation', {}, 'mutation'),
      get('subscription', '/subscription', 'first', 'second', 'third'),
    ],
  },
  {
    name: 'nest-graphql',
    title: 'Nest, with GraphQL of Apollo',
    packages: ['@nestjs/core', '@nestjs/graphql', '@apollo/server', 'nestjs-cls'],
    kinds: [postJson('POST', '/graphql', { query: '{ flow orders { total } }' }, 'query', 'first', 'second')],
  },
];

const BUILD = `import { readdirSync, writeFileSync } from 'node:fs';
import { buildSync } from 'esbuild';
const entryPoints = readdirSync('.').filter((name) => /\\.[jt]s$/.test(name) && name !== 'build.js');
for (const [outdir, format, type] of [['esm', 'esm', 'module'], ['cjs', 'cjs', 'commonjs']]) {
  buildSync({ entryPoints, outdir, format, platform: 'node', target: 'node20' });
  writeFileSync(outdir + '/package.json', JSON.stringify({ type }));
}
`;

function serversProject(nodes: readonly NodeName[], packages: Readonly<Record<string, string>>): RegisteredProject {
  const [node = 'node22'] = nodes;
  return {
    title: `Servers on ${nodes.join(' and ')}`,
    node,
    dependencies: {
      ...agentPackages(nodes),
      '@apollo/server': '^5.0.0',
      '@as-integrations/express5': '^1.0.0',
      '@fastify/request-context': '^7.0.0',
      '@trpc/server': '^11.0.0',
      'cls-rtracer': '^2.0.0',
      esbuild: '^0.28.0',
      express: '^5.0.0',
      fastify: '^5.0.0',
      graphql: '^16.0.0',
      'reflect-metadata': '^0.2.0',
      rxjs: '^7.8.0',
      ...packages,
    },
    manifest: { type: 'module' },
    folders: ['register/shared', 'register/servers'],
    files: { 'build.js': BUILD, 'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }' },
    commands: [['node', 'build.js']],
    apps: SERVERS.map(({ name, ...server }) => ({
      ...server,
      nodes,
      formats: ['--import', '-r'],
      command: (format) => [`${format === '-r' ? 'cjs' : 'esm'}/${name}.js`],
    })),
  };
}

const nestPackages = (nest: string, graphql: string) => ({
  '@nestjs/apollo': graphql,
  '@nestjs/common': nest,
  '@nestjs/core': nest,
  '@nestjs/graphql': graphql,
  '@nestjs/platform-express': nest,
});

export const SERVER_PROJECTS: readonly RegisteredProject[] = [
  serversProject(['node22', 'node26'], { ...nestPackages('^12.0.0', '^14.0.0'), 'nestjs-cls': '^7.0.0' }),
  serversProject(['node20'], { ...nestPackages('^11.0.0', '^13.0.0'), 'nestjs-cls': '^6.0.0' }),
];
