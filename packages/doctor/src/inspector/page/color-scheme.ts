/**
 * The colors that the user has chosen: those of the system, or always the light or the dark ones. The styles have the dark
 * colors in media queries, which are made to apply always or never.
 */
import { find } from './elements.js';

const KEY = 'throughline-colors';
const QUERY = '(prefers-color-scheme: dark)';

export function startColorScheme(): void {
  const select = find('scheme', HTMLSelectElement);
  const rules = darkRules();
  const apply = () => {
    const { value } = select;
    for (const { media } of rules) media.mediaText = value === 'dark' ? 'all' : value === 'light' ? 'not all' : QUERY;
    document.documentElement.style.colorScheme = value === 'system' ? '' : value;
  };
  const stored = localStorage.getItem(KEY);
  if (stored === 'light' || stored === 'dark') select.value = stored;
  apply();
  select.addEventListener('change', () => {
    localStorage.setItem(KEY, select.value);
    apply();
  });
}

function darkRules(): CSSMediaRule[] {
  return [...document.styleSheets]
    .flatMap(({ cssRules }) => [...cssRules])
    .filter((rule): rule is CSSMediaRule => rule instanceof CSSMediaRule && rule.media.mediaText === QUERY);
}
