import { deepEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderRuntimeTable } from './runtime-table.js';

const page = `# Conformance

| cases that pass, on servers | Node 26 | Node 26 with async hooks | Bun |
| --- | :-: | :-: | :-: |
| **Throughline** | 9 of 9 | 8 of 9 | 7 of 8 |
| the runtime’s own class | 6 of 8 | 5 of 8 | 4 of 8 |

| cases that pass, in browsers | WebKit | Node 26, portable engine |
| --- | :-: | :-: |
| **Throughline**, transform | 5 of 5 | 4 of 4 |
| **Throughline**, interception | 4 of 5 | 3 of 4 |
| zone.js | 1 of 3 |  |

Versions: Node 26: 26.10.0, Node 26 with async hooks: 26.10.0, Bun: 1.4.5.

Versions: WebKit: 2.50.6, Node 26, portable engine: 26.10.0, zone.js: 0.16.3.
`;

describe('renderRuntimeTable()', () => {
  it('renders a row with the version for each runtime and each browser', () => {
    deepEqual(renderRuntimeTable(page).split('\n').slice(2), [
      '| Node 26.10.0 | **9 of 9** | 6 of 8 |',
      '| Node 26.10.0 with async hooks | **8 of 9** | 5 of 8 |',
      '| Bun 1.4.5 | **7 of 8** | 4 of 8 |',
      '| WebKit 2.50.6 | **5 of 5**; without a build step **4 of 5** | none; zone.js 1 of 3 |',
    ]);
  });

  it('throws if a table, a row or a version is missing', () => {
    throws(() => renderRuntimeTable('# Conformance\n'), /no table "cases that pass, on servers"/);
    throws(() => renderRuntimeTable(page.replace('| zone.js', '| other')), /no row "zone\.js"/);
    throws(() => renderRuntimeTable(page.replace(', Bun: 1.4.5', '')), /no version or no count for "Bun"/);
  });
});
