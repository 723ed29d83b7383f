/** Files of the program that are not checked, with the reason. The report names them. */

export interface SkippedFile {
  readonly url: string;
  /** Continues the sentence `… is not checked: `. */
  readonly reason: string;
}

const files = new Map<string, SkippedFile>();

export function addSkippedFile(file: SkippedFile): void {
  files.set(file.url, file);
}

export function allSkippedFiles(): IterableIterator<SkippedFile> {
  return files.values();
}
