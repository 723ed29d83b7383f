/** What code built with `@throughline/transform` calls around its suspensions. Nobody else calls it. */
import { Flow, GeneratorFlow, GuardedFlow, ModuleFlow } from './await/flow.js';
import { patchGenerators } from './await/generators.js';
import { handedOn, handOn, returned } from './await/handed.js';
import { current, share } from './engine/current.js';

export { handedOn, handOn, returned } from './await/handed.js';

export const flow = () => new Flow();
export const guardedFlow = () => new GuardedFlow();
export const generatorFlow = () => new GeneratorFlow();
export const moduleFlow = () => new ModuleFlow();

current.transformed = true;
patchGenerators();
// A classic script cannot import, and finds them here.
share('await', () => ({ flow, guardedFlow, generatorFlow, handOn, handedOn, returned }));
