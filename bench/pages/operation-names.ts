/** The operations that are measured, in the order in which a page does them. */
export const OPERATION_NAMES = ['create-1000', 'create-10000', 'update', 'swap', 'select', 'remove', 'clear'] as const;
export type OperationName = (typeof OPERATION_NAMES)[number];

export const OPERATION_TITLES: Readonly<Record<OperationName, string>> = {
  'create-1000': 'create 1,000 rows',
  'create-10000': 'create 10,000 rows',
  update: 'update every 10th of 1,000 rows',
  swap: 'swap two of 1,000 rows',
  select: 'select one of 1,000 rows',
  remove: 'remove one of 1,000 rows',
  clear: 'clear 1,000 rows',
};
