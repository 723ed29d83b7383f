/** The rows of the table, and what each operation makes of them. Rows are replaced, not changed, in all frameworks. */

export interface Row {
  readonly id: number;
  readonly label: string;
}

export interface PageState {
  readonly rows: readonly Row[];
  /** The id of the selected row, 0 if there is none. */
  readonly selected: number;
}

/** An operation of a button, or of the row with this id. */
export type Operation =
  | 'create-1000'
  | 'create-10000'
  | 'update'
  | 'swap'
  | 'clear'
  | { select: number }
  | { remove: number };

export const INITIAL_STATE: PageState = { rows: [], selected: 0 };
export const BUTTONS = ['create-1000', 'create-10000', 'update', 'swap', 'clear'] as const;

const ADJECTIVES = ['pretty', 'large', 'big', 'small', 'tall', 'short', 'long', 'handsome', 'plain', 'quaint'];
const COLORS = ['red', 'yellow', 'blue', 'green', 'pink', 'brown', 'purple', 'white', 'black', 'orange', 'gray'];
const NOUNS = [
  'table',
  'chair',
  'house',
  'desk',
  'car',
  'pony',
  'cookie',
  'sandwich',
  'burger',
  'pizza',
  'mouse',
  'keyboard',
  'lamp',
];

let lastId = 0;

export function reduce({ rows, selected }: PageState, operation: Operation): PageState {
  if (typeof operation === 'object') {
    if ('select' in operation) return { rows, selected: operation.select };
    return { rows: rows.filter(({ id }) => id !== operation.remove), selected };
  }
  switch (operation) {
    case 'create-1000':
      return { rows: createRows(1000), selected: 0 };
    case 'create-10000':
      return { rows: createRows(10_000), selected: 0 };
    case 'update':
      return { rows: rows.map((row, i) => (i % 10 === 0 ? { ...row, label: `${row.label} !!!` } : row)), selected };
    case 'swap':
      return { rows: swapRows(rows, 1, 998), selected };
    case 'clear':
      return INITIAL_STATE;
  }
}

/** The labels differ in the same way in every run: their lists have lengths without a common factor. */
function createRows(count: number): Row[] {
  return Array.from({ length: count }, () => {
    const id = ++lastId;
    return { id, label: `${ADJECTIVES[id % 10]} ${COLORS[id % 11]} ${NOUNS[id % 13]}` };
  });
}

function swapRows(rows: readonly Row[], a: number, b: number): readonly Row[] {
  const [first, second] = [rows[a], rows[b]];
  if (first === undefined || second === undefined) return rows;
  const swapped = [...rows];
  swapped[a] = second;
  swapped[b] = first;
  return swapped;
}
