/** The parser, and what a file that it does not understand is told. */
import { type OxcError, type ParseResult, type Program, parseSync } from 'oxc-parser';
import { TransformError } from './transform-error.js';

export type Language = 'js' | 'jsx' | 'ts' | 'tsx';
export type SourceType = 'module' | 'commonjs' | 'script';

export interface Parsed {
  readonly program: Program;
  readonly module: ParseResult['module'];
}

export function parse(
  code: string,
  filename: string,
  lang: Language | undefined,
  sourceType: SourceType | undefined,
): Parsed {
  const result = parseSync(filename, code, {
    ...(lang !== undefined && { lang }),
    sourceType: sourceType ?? 'unambiguous',
  });
  const error = result.errors.find(({ severity }) => severity === 'Error');
  if (error !== undefined) throw new TransformError(reasonOf(error), filename, code, error.labels[0]?.start ?? 0);
  return result;
}

function reasonOf({ message, helpMessage }: OxcError): string {
  return helpMessage === null ? message : `${message} (${helpMessage})`;
}
