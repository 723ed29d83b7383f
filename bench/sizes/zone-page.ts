/** The page of page.ts with zone.js. */
import 'zone.js';

async function load(path: string): Promise<unknown> {
  try {
    return await fetch(path);
  } catch {
    return await report(path, Zone.current.get('user'));
  }
}

const report = async (...what: unknown[]) => console.log(await Promise.all(what));

Zone.current.fork({ name: 'user', properties: { user: 'ada' } }).run(() => load('/cart'));
