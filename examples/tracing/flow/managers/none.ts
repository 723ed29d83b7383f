/** Without a context manager, OpenTelemetry has no active span. */
export const contextManager = undefined;
