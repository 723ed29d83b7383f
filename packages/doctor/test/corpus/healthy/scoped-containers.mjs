// expects: none
/** A container for each request, with lazily made services, inside a container of the program. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const containers = new AsyncLocalStorage();
const get = (name) => containers.getStore().get(name);
function createContainer(parent) {
  const services = new Map();
  return {
    services,
    get(name) {
      if (!services.has(name)) services.set(name, parent?.has(name) ? parent.get(name) : { name, of: services.size });
      return services.get(name);
    },
    has: (name) => services.has(name) || parent?.has(name) === true,
  };
}
const program = createContainer();
program.get('configuration');
await containers.run(program, async () => {
  get('clock');
  await interleave(containers, async () => {
    await containers.run(createContainer(program), async () => {
      const own = get('database');
      await wait(1);
      const later = [1, 2].map(() => () => get('database'));
      if (later.some((call) => call() !== own)) throw new Error('another container');
      if (get('clock') !== program.get('clock')) throw new Error('another clock');
    });
  });
  await wait(1);
  get('clock');
});
