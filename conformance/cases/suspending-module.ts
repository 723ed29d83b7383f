/**
 * A WebAssembly module that calls its two imports in turns:
 *
 *     (module
 *       (import "env" "suspend" (func $suspend))
 *       (import "env" "check" (func $check))
 *       (func (export "run")
 *         call $check call $suspend call $check call $suspend call $check))
 */
const text = (value: string) => [value.length, ...Array.from(value, (character) => character.charCodeAt(0))];

const section = (id: number, ...content: number[]) => [id, content.length, ...content];

const CALL = 0x10;
const END = 0x0b;
const [SUSPEND, CHECK, RUN] = [0, 1, 2];
const importOf = (name: string) => [...text('env'), ...text(name), 0, 0];
const body = [0, CALL, CHECK, CALL, SUSPEND, CALL, CHECK, CALL, SUSPEND, CALL, CHECK, END];

export const suspendingModule = new Uint8Array([
  // The magic number and the version.
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  // One type, of a function without parameters and results.
  ...section(1, 1, 0x60, 0, 0),
  ...section(2, 2, ...importOf('suspend'), ...importOf('check')),
  ...section(3, 1, 0),
  ...section(7, 1, ...text('run'), 0, RUN),
  ...section(10, 1, body.length, ...body),
]);
