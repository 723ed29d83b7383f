/** Which span must be the parent of each span of a checkout, by their names, as flow/checkout.ts calls them. */
export const EXPECTED_PARENTS: Readonly<Record<string, string | undefined>> = {
  checkout: undefined,
  'load cart': 'checkout',
  price: 'checkout',
  discount: 'price',
  tax: 'price',
  'reserve book': 'checkout',
  'reserve pen': 'checkout',
  pay: 'checkout',
  'charge card': 'pay',
};

/** The number of spans of a checkout. Its card is charged twice. */
export const SPANS_PER_CHECKOUT = 10;
