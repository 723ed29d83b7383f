/** The error for a program that cannot be compiled. */

/** A place in the program, whose line and column begin with 1. */
export interface ProgramPlace {
  readonly line: number;
  readonly column: number;
}

/** Says what is wrong with the program, and where. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  readonly place: ProgramPlace;

  constructor(message: string, place: ProgramPlace) {
    super(message);
    this.place = place;
  }
}

/** Returns the place of an offset, in UTF-16 code units. */
export function placeAt(program: string, offset: number): ProgramPlace {
  const lines = program.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
