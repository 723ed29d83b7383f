/** The values of the tests, and what is read of them. */
import { setTimeout } from 'node:timers/promises';
import { Propagated } from '@throughline/propagation';

export const tenant = new Propagated<string>('tenant');
export const order = new Propagated<number>('order');

export interface Reads {
  readonly tenant: string | undefined;
  readonly order: number | undefined;
}

/** What a flow reads that has no values. */
export const NOTHING: Reads = { tenant: undefined, order: undefined };

/** What each flow of `runInFlow(number)` reads. */
export function valuesOf(number: number): Reads {
  return { tenant: `tenant ${number % 7} of Köln, "quoted"`, order: number };
}

/** Runs a function in a flow with values of its own. */
export function runInFlow<R>(number: number, fn: () => R): R {
  const values = valuesOf(number);
  return tenant.run(`${values.tenant}`, () => order.run(number, fn));
}

export function readValues(): Reads {
  return { tenant: tenant.get(), order: order.get() };
}

/** Reads the values again after steps at which other flows run. */
export async function readLater(): Promise<Reads> {
  await setTimeout(1);
  await new Promise(setImmediate);
  return readValues();
}

/** Carriers of other senders: nothing in them is a value, and none may do any harm. */
export const HOSTILE_ENTRIES: readonly string[] = [
  '',
  'tenant',
  'tenant=',
  'tenant=%',
  'tenant=%zz',
  'tenant=%ff%fe',
  'tenant=%00\r\nx: y',
  'order=%7B%22__proto__%22%3A1%7D',
  '__proto__=evil',
  ',,,;;;===',
  'a=b,'.repeat(5000),
  'x'.repeat(100_000),
];
