/** The page: the picture of two users, and the code of a click. */
import { highlightSource } from '../../modes/highlight-source.js';
import source from '../flow/order.ts?raw';
import { modes } from './modes.js';
import { TwoUsers } from './two-users.js';

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element #${id}.`);
  return found;
}

const elements = {
  modes: element('modes'),
  lanes: element('lanes'),
  explanation: element('explanation'),
  status: element('status'),
  play: element('play'),
  clicks: { 'user 1': element('click-1'), 'user 2': element('click-2') },
};
const twoUsers = new TwoUsers(elements, {
  advice: 'Check that npm start is running, then reload this page.',
  initialMode: modes.find(({ name }) => location.hash === `#${name}`)?.name,
  onSelect: ({ name }) => history.replaceState(null, '', `#${name}`),
});

element('code').append(...highlightSource(source, /user\.getStore\(\)/));
await twoUsers.start();
