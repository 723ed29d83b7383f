/** The context manager of a build: one of the files in managers/, which vite.config.ts selects. */
declare module 'context-manager' {
  export const contextManager: import('@opentelemetry/api').ContextManager | undefined;
}
