/** What an order consists of. */
export const prices = { book: 12, lamp: 40, pen: 2 } as const;

export type Item = keyof typeof prices;

/** The data of a job, and of a message to the thread: the order itself, without whose it is. */
export interface OrderData {
  readonly about: number;
  readonly item: Item;
}

/** The queue between the shop and its workers. */
export const QUEUE = 'orders';

export function isItem(item: unknown): item is Item {
  return typeof item === 'string' && Object.hasOwn(prices, item);
}
