/** The values that belong to an order, in all processes. Their log lines have them too. */
import { Propagated } from '@throughline/propagation';

export const orderNumber = new Propagated<number>('order', { log: true });
export const customer = new Propagated<string>('customer', { log: true });

/** Whether a process believes what it receives from another one. If not, the values are missing there. */
export const trust = process.env.ORDERS_TRUST !== 'nothing';
