/** Jobs of croner: each tick is a flow of its own. https://croner.56k.guru */
export { type TickOptions, tick } from './scheduled-tick.js';
