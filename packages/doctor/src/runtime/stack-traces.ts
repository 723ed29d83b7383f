/**
 * Stack traces show the positions of the code as its author wrote it. Insertions move what follows them in a line, and
 * `Error.prepareStackTrace` receives positions in the code that runs, so it gets frames here whose columns are corrected.
 *
 *     V8 ──frames──▶ the accessor's function ──corrected frames──▶ that of the program, or Node's
 *
 * Frames of the doctor are left out.
 *
 * Node reads the property as the program does, so a program that sets the property gets another function back than the one
 * that it has set. This function does the same as its own.
 */
import { originalOffset, positionOf } from '../instrument/file-table.js';
import { correctAssertionMessage } from './assertion-messages.js';
import { getterOfPrepare, isOwnFrame } from './capture-frames.js';
import { tableOfFile } from './file-tables.js';

type Prepare = (error: Error, frames: NodeJS.CallSite[]) => unknown;

/** Where else a frame shows a position: in the text of code that was compiled by `eval`. */
const POSITION = /((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^:]*):(\d+):(\d+)/g;

/** The functions that stand for those of the program, and the reverse. */
const corrected = new WeakMap<Prepare, Prepare>();
const originals = new WeakMap<Prepare, Prepare>();

export function correctStackTraces(): void {
  const descriptor = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  // The program that loaded the doctor has frozen the class, or the runtime has no such function.
  if (typeof descriptor?.value !== 'function' || !descriptor.configurable) return;
  let prepare: unknown = descriptor.value;
  Object.defineProperty(Error, 'prepareStackTrace', {
    get: getterOfPrepare(() => (isPrepare(prepare) ? correctedFor(prepare) : prepare)),
    set(this: unknown, value: unknown) {
      // A class that inherits from Error can have a function of its own.
      if (this !== Error) Object.defineProperty(this, 'prepareStackTrace', ownProperty(value));
      else prepare = isPrepare(value) ? (originals.get(value) ?? value) : value;
    },
    enumerable: descriptor.enumerable ?? false,
    configurable: true,
  });
}

function isPrepare(value: unknown): value is Prepare {
  return typeof value === 'function';
}

function ownProperty(value: unknown): PropertyDescriptor {
  return { value, writable: true, enumerable: true, configurable: true };
}

function correctedFor(original: Prepare): Prepare {
  let prepare = corrected.get(original);
  if (prepare === undefined) {
    prepare = function prepareStackTrace(this: unknown, error, frames) {
      if (!Array.isArray(frames)) return Reflect.apply(original, this, [error, frames]);
      const own = frames.filter((frame) => !isOwnFrame({ file: frame.getFileName() ?? undefined })).map(correctFrame);
      correctAssertionMessage(error, own[0]);
      return Reflect.apply(original, this, [error, own]);
    };
    for (const name of ['name', 'length'] as const) {
      Object.defineProperty(prepare, name, { value: original[name], configurable: true });
    }
    corrected.set(original, prepare);
    originals.set(prepare, original);
  }
  return prepare;
}

/** A frame whose position is that before the insertions. A frame with the same position is returned as it is. */
function correctFrame(frame: NodeJS.CallSite): NodeJS.CallSite {
  const column = correctedColumn(frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber());
  if (column === undefined && !frame.isEval()) return frame;
  return new Proxy(frame, {
    get(target, key) {
      if (key === 'getColumnNumber' && column !== undefined) return () => column;
      if (key === 'toString') return () => textOf(target, column);
      const value: unknown = Reflect.get(target, key);
      // The methods of V8 reject other receivers than its own frames.
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Undefined if the column is the same. */
function correctedColumn(file: string | null | undefined, line: number | null, column: number | null) {
  const table = file == null ? undefined : tableOfFile(file);
  if (table === undefined || line === null || column === null) return undefined;
  // Node maps the positions itself.
  if (table.isMapped && Reflect.get(process, 'sourceMapsEnabled')) return undefined;
  const position = positionOf(table, originalOffset(table, { line, column }));
  return position.column === column ? undefined : position.column;
}

function textOf(frame: NodeJS.CallSite, column: number | undefined): string {
  const text = frame.toString();
  if (frame.isEval()) {
    return text.replace(POSITION, (match, file: string, line: string, of: string) => {
      const own = correctedColumn(file, Number(line), Number(of));
      return own === undefined ? match : `${file}:${line}:${own}`;
    });
  }
  const position = `:${frame.getLineNumber()}:${frame.getColumnNumber()}`;
  const at = text.lastIndexOf(position);
  return at < 0 ? text : `${text.slice(0, at)}:${frame.getLineNumber()}:${column}${text.slice(at + position.length)}`;
}
