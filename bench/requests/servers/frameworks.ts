/** What serves the requests, and what people use there today to reach a request's values from anywhere. */
export interface Framework {
  readonly title: string;
  /** Absent where there is nothing that most people use. */
  readonly peer?: string;
  /** Whether it is measured with sessions as well: they cost the same everywhere. */
  readonly withSessions: boolean;
}

export const FRAMEWORKS = {
  http: { title: 'node:http', withSessions: true },
  express: { title: 'Express 5', peer: 'express-http-context', withSessions: true },
  fastify: { title: 'Fastify 5', peer: '@fastify/request-context', withSessions: true },
  koa: { title: 'Koa 3', withSessions: false },
  hono: { title: 'Hono 4', peer: 'hono/context-storage', withSessions: false },
  h3: { title: 'h3 2', withSessions: false },
  'nest-express': { title: 'Nest on Express', peer: 'nestjs-cls', withSessions: false },
  'nest-fastify': { title: 'Nest on Fastify', peer: 'nestjs-cls', withSessions: false },
} as const satisfies Record<string, Framework>;

export type FrameworkName = keyof typeof FRAMEWORKS;

// Object.keys forgets which strings they are.
export const FRAMEWORK_NAMES = Object.keys(FRAMEWORKS) as readonly FrameworkName[];

export function peerOf(name: FrameworkName): string | undefined {
  const framework: Framework = FRAMEWORKS[name];
  return framework.peer;
}
