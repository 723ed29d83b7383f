/** A part of a Markdown file that is generated: the text between `<!-- name:start -->` and `<!-- name:end -->`. */

/**
 * Replaces everything between the markers.
 * @param file the path of the file, for the error
 * @param name the name in the markers
 * @throws {Error} if the file does not contain both markers, in this order
 */
export function replaceGeneratedSection(text: string, file: string, name: string, content: string): string {
  const startMarker = `<!-- ${name}:start -->`;
  const endMarker = `<!-- ${name}:end -->`;
  const start = text.indexOf(startMarker);
  const end = text.indexOf(endMarker);
  if (start === -1 || end < start) {
    throw new Error(
      `${file} must contain ${startMarker} and, after it, ${endMarker}: the generated text goes between them.`,
    );
  }
  return `${text.slice(0, start + startMarker.length)}\n\n${content.trim()}\n\n${text.slice(end)}`;
}
