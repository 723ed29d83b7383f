/** Jobs of node-cron: each tick is a flow of its own. https://github.com/node-cron/node-cron */
export { type TickOptions, tick } from './scheduled-tick.js';
