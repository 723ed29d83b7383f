/** OpenTelemetry's context manager for pages, which needs zone.js. */
import 'zone.js';
import { ZoneContextManager } from '@opentelemetry/context-zone-peer-dep';

export const contextManager = new ZoneContextManager();
