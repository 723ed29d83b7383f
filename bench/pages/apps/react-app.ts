/// <reference lib="dom" />
/** React 19, with hooks and memoized rows. React renders what a click changes in a microtask after the handler. */
import { createElement, memo, useCallback, useReducer } from 'react';
import { createRoot } from 'react-dom/client';
import type { InFlow, PageApp } from './page-app.js';
import { BUTTONS, INITIAL_STATE, type Operation, type Row, reduce } from './page-state.js';

type Dispatch = (name: string, operation: Operation) => void;

interface RowProps {
  readonly row: Row;
  readonly isSelected: boolean;
  readonly dispatch: Dispatch;
}

const TableRow = memo(({ row: { id, label }, isSelected, dispatch }: RowProps) =>
  createElement(
    'tr',
    { className: isSelected ? 'danger' : '' },
    createElement('td', null, id),
    createElement(
      'td',
      null,
      createElement('a', { className: 'select', onClick: () => dispatch('select', { select: id }) }, label),
    ),
    createElement(
      'td',
      null,
      createElement('a', { className: 'remove', onClick: () => dispatch('remove', { remove: id }) }, '×'),
    ),
  ),
);

function App({ inFlow }: { readonly inFlow: InFlow }) {
  const [{ rows, selected }, change] = useReducer(reduce, INITIAL_STATE);
  const dispatch = useCallback<Dispatch>((name, operation) => inFlow(name, () => change(operation)), [inFlow, change]);
  return createElement(
    'div',
    null,
    ...BUTTONS.map((id) => createElement('button', { id, type: 'button', onClick: () => dispatch(id, id) }, id)),
    createElement(
      'table',
      null,
      createElement(
        'tbody',
        null,
        rows.map((row) => createElement(TableRow, { key: row.id, row, isSelected: row.id === selected, dispatch })),
      ),
    ),
  );
}

export const app: PageApp = {
  async mount(root, inFlow) {
    createRoot(root).render(createElement(App, { inFlow }));
    // The first rendering is a task of React's scheduler.
    while (root.childElementCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  },
  settled: async () => {
    await null;
    await null;
  },
};
