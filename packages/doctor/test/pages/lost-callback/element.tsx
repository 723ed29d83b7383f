// expects: lost callback, missing, lost-callback/element.tsx:18
/** JSX that the build compiles before: a render function is kept, and called by a timer that belongs to no flow. */
import { AsyncLocalStorage } from 'throughline';
import { wait } from '../flows.js';

const users = new AsyncLocalStorage<string>();
export const React = {
  createElement: (type: string, _: unknown, ...children: unknown[]) => `<${type}>${children.join('')}`,
};
const renders: (() => unknown)[] = [];
setInterval(() => {
  for (const render of renders.splice(0)) document.body.dataset.text = String(render());
}, 5);

function show(greeting: string): void {
  renders.push(
    // The place is that of the function, not of what it was compiled to.
    () => (
      <p>
        {greeting} {users.getStore()}
      </p>
    ),
  );
}

users.run('ada', () => show('Hello'));
export default wait(30);
