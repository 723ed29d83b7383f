/** The values of a request, which its number determines, and the count of reads that returned something else. */
import { isDeepStrictEqual } from 'node:util';
import { Propagated } from '@throughline/propagation';

export interface User {
  readonly id: string;
  readonly roles: readonly string[];
}

const request = new Propagated<number>('request');
const tenant = new Propagated<string>('tenant');
const user = new Propagated<User>('user');
const locale = new Propagated<string>('locale');
const isBeta = new Propagated<boolean>('beta');

const LOCALES = ['en', 'de-CH', 'ja', 'pt-BR', 'العربية'];

/** The values that each step of a request must read. */
export function valuesOf(number: number) {
  return {
    request: number,
    tenant: `tenant ${number % 97}, "GmbH & Co; 100%"`,
    user: { id: `user-${number % 9973}`, roles: number % 3 === 0 ? ['admin', 'café'] : ['reader'] },
    locale: `${LOCALES[number % LOCALES.length]}`,
    beta: number % 2 === 0,
  };
}

/** Runs a function in a flow with the values of a request. */
export function runRequest<R>(number: number, fn: () => R): R {
  const values = valuesOf(number);
  return request.run(values.request, () =>
    tenant.run(values.tenant, () =>
      user.run(values.user, () => locale.run(values.locale, () => isBeta.run(values.beta, fn))),
    ),
  );
}

/** Reads the values of the current flow. */
export function readValues() {
  return { request: request.get(), tenant: tenant.get(), user: user.get(), locale: locale.get(), beta: isBeta.get() };
}

export interface ReadCounts {
  reads: number;
  /** Reads that returned a value of another request. */
  wrong: number;
  /** Reads that returned no value. */
  missing: number;
}

export const noReads = (): ReadCounts => ({ reads: 0, wrong: 0, missing: 0 });

/** Compares values with those of a request, and counts each. */
export function countReads(
  counts: ReadCounts,
  number: number,
  values: Readonly<Record<string, unknown>> = readValues(),
): void {
  for (const [name, expected] of Object.entries(valuesOf(number))) {
    counts.reads++;
    const value = values[name];
    if (value === undefined) counts.missing++;
    else if (!isDeepStrictEqual(value, expected)) counts.wrong++;
  }
}

export function addReads(total: ReadCounts, { reads, wrong, missing }: ReadCounts): void {
  total.reads += reads;
  total.wrong += wrong;
  total.missing += missing;
}
