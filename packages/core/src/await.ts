/** What code built with `@throughline/transform` calls around its suspensions. Nobody else calls it. */
export { createdFlow, through } from './await/created-flow.js';
export { disposal } from './await/disposal.js';
export { flow, guardedFlow } from './await/flow.js';
export { generatorFlow } from './await/generator-flow.js';
export { handedOn, handOn, returned } from './await/handed.js';
export { hold } from './await/hold.js';
export { moduleFlow } from './await/module-flow.js';
export { all, each } from './await/steps.js';
