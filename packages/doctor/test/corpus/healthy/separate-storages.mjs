// expects: none
/** Storages that are separate on purpose: the same name in other files, and one for each instance of a class. */
import { writeFiles } from '../two-storages/files.mjs';

const storage = (name) => `import { AsyncLocalStorage } from 'node:async_hooks';
export const ${name} = new AsyncLocalStorage();
`;
const folder = writeFiles('separate-storages', {
  'package.json': JSON.stringify({ name: 'application', type: 'module' }),
  'users/context.js': storage('context'),
  'orders/context.js': storage('context'),
  'service.js': `import { AsyncLocalStorage } from 'node:async_hooks';
export class Service { context = new AsyncLocalStorage(); }
`,
  'app.js': `import { context as users } from './users/context.js';
import { context as orders } from './orders/context.js';
import { Service } from './service.js';
const [a, b] = [new Service(), new Service()];
users.run(1, () => a.context.run(2, () => [orders.getStore(), b.context.getStore()]));
`,
});
await import(new URL('app.js', folder));
