/** Adds the interactive parts of the site to pages of `docs`, which show the same as static tables and plots. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageFile } from './page-path.js';

interface AddedComponent {
  /** The path of the page on the site. */
  readonly page: string;
  /** The name of the component in `site/components`, with its properties. */
  readonly component: string;
  /** The heading that the component is put before. */
  readonly before: string;
}

const COMPONENTS: readonly AddedComponent[] = [
  { page: '/conformance', component: 'ConformanceTable', before: '# Servers' },
  { page: '/benchmarks', component: 'FiguresPlot page="benchmarks"', before: '## On servers' },
  { page: '/growth', component: 'FiguresPlot page="growth"', before: '## Storages' },
];

/**
 * @param pages the folder that VitePress builds
 * @throws {Error} if a page does not have the heading
 */
export function addComponents(pages: string): void {
  for (const added of COMPONENTS) {
    const file = join(pages, pageFile(added.page));
    writeFileSync(file, withComponent(readFileSync(file, 'utf8'), added));
  }
}

export function withComponent(markdown: string, { page, component, before }: AddedComponent): string {
  const [name] = component.split(' ');
  const heading = `\n${before}\n`;
  if (!markdown.includes(heading)) {
    throw new Error(`${page} has no heading "${before}", before which site/prepare/add-components.ts adds ${name}.`);
  }
  const script = `<script setup>\nimport ${name} from '../components/${name}.vue';\n</script>`;
  return `${markdown.replace(heading, () => `\n<${component} />\n${heading}`)}\n${script}\n`;
}
