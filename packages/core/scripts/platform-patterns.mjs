/**
 * Writes `src/web/platform-patterns.ts`, the compact form of the tables of members in `src/web/platform-apis.ts`:
 *
 *     node node_modules/typescript/bin/tsc -b
 *     node packages/core/scripts/platform-patterns.mjs
 *
 * A member is abbreviated to the shortest beginning of its name that no other member of its classes has. Known members
 * are those of the tables and those of the DOM library of TypeScript. If an update of TypeScript adds a member with the
 * same beginning, `platform-patterns.test.ts` fails until this script is run again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { ALL_MEMBERS, members } from '../dist/web/platform-apis.js';

/** The length of the shortest beginning. Three letters would save 5 bytes, and match more members that browsers add. */
const MIN_LENGTH = 4;
const LINE_WIDTH = 120;
const OUTPUT = fileURLToPath(new URL('../src/web/platform-patterns.ts', import.meta.url));

const HEADER = `// Generated from platform-apis.ts by packages/core/scripts/platform-patterns.mjs. Do not edit.

/*
 * A table is a list of rows, separated by commas. A row consists of a kind, which may be empty, names of classes, and a
 * regular expression for the beginning of the names of members, separated by spaces.
 */

`;

/** Returns the text of the generated file. */
export function generatePatterns() {
  const known = knownMembers();
  const tables = Object.entries(members).map(([name, table]) => {
    const rows = byKind(table).flatMap(([kind, ofKind]) => rowsOf(ofKind, known).map((row) => `${kind} ${row}`));
    const line = `export const ${name} = '${rows.join(',')}';\n`;
    return line.length <= LINE_WIDTH + 1 ? line : line.replace(' = ', ' =\n  ');
  });
  return HEADER + tables.join('');
}

/** Returns the known members of each class, without inherited ones. */
export function knownMembers() {
  const known = domMembers();
  for (const table of Object.values(members)) {
    for (const [, ofKind] of byKind(table)) {
      for (const [className, names] of Object.entries(ofKind)) {
        if (!known.has(className)) known.set(className, new Set());
        if (names !== ALL_MEMBERS) for (const name of names.split(' ')) known.get(className).add(name);
      }
    }
  }
  return known;
}

/** Returns the kinds of a table with their members. A table without kinds has one pair, whose kind is empty. */
export function byKind(table) {
  return Object.values(table).every((value) => typeof value === 'string') ? [['', table]] : Object.entries(table);
}

/** Combines classes into a row as long as one pattern matches the members in the table, and no others. */
function rowsOf(table, known) {
  const rows = [];
  for (const [className, names] of Object.entries(table)) {
    const wanted = names === ALL_MEMBERS ? ALL_MEMBERS : new Set(names.split(' '));
    const fits = ({ classes }) => patternOf(new Map([...classes, [className, wanted]]), known) !== undefined;
    const row = rows.find(fits);
    if (row === undefined) rows.push({ classes: new Map([[className, wanted]]) });
    else row.classes.set(className, wanted);
  }
  return rows.map(({ classes }) => `${[...classes.keys()].join(' ')} ${patternOf(classes, known)}`);
}

/** Returns a pattern that matches the wanted members of each class, and no others; undefined if there is none. */
function patternOf(classes, known) {
  const all = [...classes.values()];
  if (all.includes(ALL_MEMBERS)) return all.every((wanted) => wanted === ALL_MEMBERS) ? '(?!on)' : undefined;
  const isExact = (matches) =>
    [...classes].every(([className, wanted]) =>
      [...known.get(className)].every((name) => wanted.has(name) || !matches(name)),
    );
  const beginnings = new Set();
  for (const name of new Set(all.flatMap((wanted) => [...wanted]))) {
    const beginning = shortestBeginning(name, (start) => isExact((other) => other.startsWith(start)));
    if (beginning !== undefined) beginnings.add(beginning);
    else if (isExact((other) => other === name)) beginnings.add(`${name}$`);
    else return undefined;
  }
  const isCovered = (beginning) => [...beginnings].some((other) => other !== beginning && beginning.startsWith(other));
  return [...beginnings].filter((beginning) => !isCovered(beginning)).join('|');
}

function shortestBeginning(name, accepts) {
  for (let length = Math.min(MIN_LENGTH, name.length); length <= name.length; length++) {
    const start = name.slice(0, length);
    if (accepts(start)) return start;
  }
  return undefined;
}

/** Reads the members of all classes, including those of their mixins, from the DOM library of TypeScript. */
function domMembers() {
  const requireFromTypeScript = createRequire(createRequire(import.meta.url).resolve('typescript/package.json'));
  const platformPackage = `@typescript/typescript-${process.platform}-${process.arch}`;
  const library = requireFromTypeScript
    .resolve(`${platformPackage}/package.json`)
    .replace(/package\.json$/, 'lib/lib.dom.d.ts');
  const text = readFileSync(library, 'utf8');
  const own = new Map();
  const parents = new Map();
  for (const [, name, heritage = '', body] of text.matchAll(
    /^interface (\w+)(?:<[^\n{]*>)?(?: extends ([^{]+))? \{\n(.*?)^\}/gms,
  )) {
    const names = [...body.matchAll(/^ {4}(?:readonly |get |set )*(\w+)\??[(<:]/gm)].map(([, key]) => key);
    own.set(name, new Set([...(own.get(name) ?? []), ...names]));
    const extended = heritage.split(',').map((parent) => parent.trim().replace(/<.*/, ''));
    parents.set(name, [...(parents.get(name) ?? []), ...extended]);
  }
  const classes = new Set();
  for (const [, name, body] of text.matchAll(/^declare var (\w+): \{\n(.*?)^\};/gms)) {
    classes.add(name);
    for (const [, key] of body.matchAll(/^ {4}(?:readonly )?(\w+)\??[(<:]/gm)) own.get(name)?.add(key);
  }
  // An interface extends its superclass, whose members it inherits, and mixins, whose members become its own.
  const collect = (name) => [
    ...(own.get(name) ?? []),
    ...(parents.get(name) ?? []).filter((parent) => !classes.has(parent)).flatMap(collect),
  ];
  return new Map([...classes].map((name) => [name, new Set(collect(name))]));
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(OUTPUT, generatePatterns());
