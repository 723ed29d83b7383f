/// <reference lib="dom" />
/**
 * What every application of this suite is: the table of js-framework-benchmark, with a button for each operation. Each
 * handler runs in a flow of its own. page-operations.ts uses the page through these elements:
 *
 *     <button id="create-1000">   one for each of BUTTONS, with its name as the id
 *     <tr class="danger">         a row, with this class if it is selected: <td>id</td>
 *       <a class="select">        selects the row; its text is the label
 *       <a class="remove">        removes the row
 */

/** Runs a handler in a flow whose value names the operation. */
export type InFlow = (operation: string, handle: () => void) => void;

export interface PageApp {
  /** @param root an empty element */
  mount(root: Element, inFlow: InFlow): void | Promise<void>;
  /** Resolves when the page shows what the last handler has changed. */
  settled(): Promise<unknown>;
}
