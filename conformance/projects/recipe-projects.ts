/**
 * The programs of docs/recipes (ai-sdk, graphql, langgraph, prisma, sentry, typeorm) that need packages which the
 * repository does not install. Each must print what its page shows.
 */
import { guideBlock, guideFiles, guideOutput } from './guide-projects.js';
import type { Command, Project } from './project.js';

interface Recipe {
  readonly title: string;
  /** The name of the page in docs/recipes. */
  readonly page: string;
  readonly file: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly command: Command;
  /** What runs before it, and its files. */
  readonly before?: { readonly files: Readonly<Record<string, string>>; readonly command: Command };
}

function recipe({ title, page, file, dependencies, command, before }: Recipe): Project {
  const path = `docs/recipes/${page}.md`;
  return {
    title,
    group: 'Recipes',
    dependencies,
    manifest: { type: 'module' },
    files: { ...guideFiles(path), ...before?.files },
    commands: [...(before === undefined ? [] : [before.command]), command],
    output: guideOutput(path, file),
  };
}

const node = (file: string) => ({ file, command: ['node', file] as const });

/** Prisma's generator needs no engine, but would download one. */
const GENERATE = `import { spawnSync } from 'node:child_process';
const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
process.exitCode = spawnSync('prisma', ['generate'], { env, stdio: 'inherit', shell: true }).status ?? 1;
`;

export const RECIPE_PROJECTS: readonly Project[] = [
  recipe({
    title: 'LangGraph on a server',
    page: 'langgraph',
    dependencies: { '@langchain/core': '^1.0.0', '@langchain/langgraph': '^1.7.0', zod: '^4.0.0' },
    ...node('agent.mjs'),
  }),
  recipe({
    title: 'AI SDK on a server',
    page: 'ai-sdk',
    dependencies: { ai: '^6.0.0', zod: '^4.0.0' },
    ...node('chat.mjs'),
  }),
  recipe({
    title: 'GraphQL with loaders',
    page: 'graphql',
    dependencies: { dataloader: '^2.0.0' },
    ...node('loaders.mjs'),
  }),
  recipe({
    title: 'Sentry on a server',
    page: 'sentry',
    dependencies: { '@sentry/node': '^11.0.0' },
    ...node('server.mjs'),
  }),
  recipe({
    title: 'Transactions of TypeORM',
    page: 'typeorm',
    dependencies: { typeorm: '^1.0.0', 'sql.js': '^1.0.0' },
    ...node('orders.mjs'),
  }),
  recipe({
    title: 'Transactions of Prisma',
    page: 'prisma',
    file: 'orders.ts',
    dependencies: { prisma: '^7.0.0', '@prisma/client': '^7.0.0', '@prisma/adapter-libsql': '^7.0.0', tsx: '^4.0.0' },
    command: ['tsx', 'orders.ts'],
    before: {
      files: {
        'schema.prisma': guideBlock('docs/recipes/prisma.md', 'prisma'),
        'prisma.config.ts': "export default { schema: 'schema.prisma' };\n",
        'generate.js': GENERATE,
      },
      command: ['node', 'generate.js'],
    },
  }),
];
