/** What code built with `@throughline/transform` calls around its suspensions. Nobody else calls it. */
import { CreatedFlow } from './await/created-flow.js';
import { Flow, GuardedFlow } from './await/flow.js';
import { GeneratorFlow } from './await/generator-flow.js';
import { patchGenerators } from './await/generators.js';
import { ModuleFlow } from './await/module-flow.js';
import { current } from './engine/current.js';

export { through } from './await/created-flow.js';
export { disposal } from './await/disposal.js';
export { handedOn, handOn, returned } from './await/handed.js';
export { hold } from './await/hold.js';
export { all, each } from './await/steps.js';

export const flow = () => new Flow();
export const guardedFlow = () => new GuardedFlow();
export const moduleFlow = () => new ModuleFlow();
export const createdFlow = () => new CreatedFlow();
export const generatorFlow = () => {
  patchGenerators();
  return new GeneratorFlow();
};

current.transformed = true;
