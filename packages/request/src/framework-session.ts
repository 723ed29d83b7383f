import type { Exchange } from './exchange.js';
import type { Session } from './session.js';

export function frameworkSession(_exchange: Exchange | undefined): Session | undefined {
  return undefined;
}
