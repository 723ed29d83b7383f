/**
 * `throughline/await`: the functions that code built with `@throughline/transform` calls around its suspensions. No
 * other code should call them. emitted-code.ts documents the methods of the objects that they return.
 */
import { current } from '../engine/current.js';

export * from './emitted-imports.js';

// All transformed code imports this file.
current.isTransformed = true;
