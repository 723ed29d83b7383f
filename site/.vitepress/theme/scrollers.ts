/**
 * Tables that are wider than the page scroll. This lets a reader scroll them with the keyboard too, in browsers that do
 * not offer that by themselves, without a stop at tables that have nothing to scroll.
 */
export function makeScrollersFocusable(): void {
  for (const table of document.querySelectorAll<HTMLElement>('.vp-doc table')) {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
    else table.removeAttribute('tabindex');
  }
}
