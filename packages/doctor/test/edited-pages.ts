/** A page that Vite's development server updates without loading it again, because a module of it was edited. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from '@throughline/doctor';
import { type Browser, waitUntil } from '@throughline/testing/browsers';
import { serveWithDoctor } from './page-programs.js';

/** Is not in the repository, and is not taken for a dependency. */
const parent = fileURLToPath(new URL('./', import.meta.url));

/** @param subscribed what is subscribed to events that come from no flow */
const moduleWith = (version: number, subscribed: string) => `
import { AsyncLocalStorage } from 'node:async_hooks';
const users = new AsyncLocalStorage();
const target = new EventTarget();
users.run('ada', () => {
  const listener = () => users.getStore();
  target.addEventListener('price', ${subscribed});
});
globalThis.finished = new Promise((resolve) => setTimeout(() => {
  target.dispatchEvent(new Event('price'));
  globalThis.version = ${version};
  resolve();
}, 10));
import.meta.hot.accept();
`;

/** Returns the findings before and after an edit that binds the listener to its flow. */
export async function findInEdited(browser: Browser): Promise<[before: Finding[], after: Finding[]]> {
  const root = mkdtempSync(join(parent, 'edited-'));
  const file = join(root, 'main.js');
  writeFileSync(join(root, 'index.html'), '<!doctype html><script type="module" src="/main.js"></script>');
  writeFileSync(file, moduleWith(1, 'listener'));
  const server = await serveWithDoctor(true, { root });
  try {
    const page = await browser.openPage(server.origin);
    const findings = () => page.evaluate('globalThis.findings()') as Promise<Finding[]>;
    await waitUntil(page, 'globalThis.version === 1');
    const before = await findings();
    writeFileSync(file, moduleWith(2, 'AsyncLocalStorage.bind(listener)'));
    await waitUntil(page, 'globalThis.version === 2');
    const after = await findings();
    await page.close();
    return [before, after];
  } finally {
    await server.close();
    rmSync(root, { recursive: true, force: true });
  }
}
