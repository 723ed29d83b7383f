import { ThroughlineContextManager } from '@throughline/opentelemetry';

export const contextManager = new ThroughlineContextManager();
