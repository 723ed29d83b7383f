/** The values that the processes of the tests declare. */
import { currentDeadline, Propagated } from '@throughline/propagation';
import { tryGetRequestScope } from '@throughline/request';

export const tenant = new Propagated<string>('tenant');

/** What a process reads where it gets a message. */
export interface Reading {
  readonly message: unknown;
  readonly tenant: string | undefined;
  readonly hasDeadline: boolean;
  /** Whether a request scope is open. */
  readonly hasScope: boolean;
}

export function readValues(message: unknown): Reading {
  return {
    message,
    tenant: tenant.get(),
    hasDeadline: currentDeadline() !== undefined,
    hasScope: tryGetRequestScope() !== undefined,
  };
}
