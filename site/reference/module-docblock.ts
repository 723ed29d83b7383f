/** The docblock at the beginning of a file, which describes the module. TypeDoc gives it to the first import. */

export interface ModuleDocblock {
  /** Markdown. */
  readonly description: string;
  /** Programs. */
  readonly examples: readonly string[];
  /** Addresses. */
  readonly see: readonly string[];
}

/**
 * @param source the text of a source file
 * @returns its docblock; without one, everything in it is empty
 */
export function readModuleDocblock(source: string): ModuleDocblock {
  // The docblock of a declaration is followed by the declaration, that of a file by an import, an export or a blank line.
  const [, docblock = '', next = ''] = /^\/\*\*([\s\S]*?)\*\/\n(.*)/.exec(source) ?? [];
  if (!/^(?:import|export .* from|export (?:type )?\{|)(?:\W|$)/.test(next)) {
    return { description: '', examples: [], see: [] };
  }
  const text = docblock.replace(/^[ \t]*\* ?/gm, '').trim();
  const [description = '', ...tags] = text.split(/^@/m);
  const contentsOf = (name: string) =>
    tags.flatMap((tag) => (tag.startsWith(name) ? [tag.slice(name.length).trim()] : []));
  return { description: description.trim(), examples: contentsOf('example'), see: contentsOf('see') };
}
