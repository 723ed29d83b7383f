/**
 * Verifies at compile time that every engine fulfills the contract in engine.ts. A function that is missing, renamed or
 * wrongly typed is an error in this file. The file contains nothing but types, and no module imports it.
 */
import type * as asyncContextMapping from './async-context-mapping.js';
import type * as bun from './bun.js';
import type * as contextFrame from './context-frame.js';
import type * as deno from './deno.js';
import type { Engine } from './engine.js';
import type * as native from './native.js';
import type * as node from './node.js';
import type * as nodeHooks from './node-hooks.js';
import type * as portable from './portable.js';
import type * as workerd from './workerd.js';

type Verified<Holder, Module extends Engine<Holder>> = Module;
type HolderOf<Module extends { getHolder: () => unknown }> = ReturnType<Module['getHolder']>;

export type VerifiedEngines = [
  Verified<HolderOf<typeof asyncContextMapping>, typeof asyncContextMapping>,
  Verified<HolderOf<typeof bun>, typeof bun>,
  Verified<HolderOf<typeof contextFrame>, typeof contextFrame>,
  Verified<HolderOf<typeof deno>, typeof deno>,
  Verified<HolderOf<typeof native>, typeof native>,
  Verified<HolderOf<typeof node>, typeof node>,
  Verified<HolderOf<typeof nodeHooks>, typeof nodeHooks>,
  Verified<HolderOf<typeof portable>, typeof portable>,
  Verified<HolderOf<typeof workerd>, typeof workerd>,
];
