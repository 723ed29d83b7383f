/** The frameworks that are measured, and on each the usual solution for reading a request's values from anywhere. */
export interface Framework {
  readonly title: string;
  /** The package or module that most applications use. Absent if there is none. */
  readonly peer?: string;
  /**
   * Whether the framework is also measured with sessions. They cost the same everywhere, so three frameworks suffice.
   */
  readonly hasSessionVariants: boolean;
}

/** The name is also the beginning of the server's file: `<name>-server.ts`. */
export const FRAMEWORKS = {
  http: { title: 'node:http', hasSessionVariants: true },
  express: { title: 'Express 5', peer: 'express-http-context', hasSessionVariants: true },
  fastify: { title: 'Fastify 5', peer: '@fastify/request-context', hasSessionVariants: true },
  koa: { title: 'Koa 3', hasSessionVariants: false },
  hono: { title: 'Hono 4', peer: 'hono/context-storage', hasSessionVariants: false },
  h3: { title: 'h3 2', hasSessionVariants: false },
  'nest-express': { title: 'Nest on Express', peer: 'nestjs-cls', hasSessionVariants: false },
  'nest-fastify': { title: 'Nest on Fastify', peer: 'nestjs-cls', hasSessionVariants: false },
} as const satisfies Record<string, Framework>;

export type FrameworkName = keyof typeof FRAMEWORKS;

// Object.keys() returns string[], but the keys are these names.
export const FRAMEWORK_NAMES = Object.keys(FRAMEWORKS) as readonly FrameworkName[];

export function peerOf(name: FrameworkName): string | undefined {
  const framework: Framework = FRAMEWORKS[name];
  return framework.peer;
}
