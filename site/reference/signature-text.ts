/** Signatures and types as text, in which the names of documented types are links. */
import {
  type DeclarationReflection,
  type ParameterReflection,
  type Reflection,
  ReflectionKind,
  type SignatureReflection,
  type SomeType,
  TypeContext,
  type TypeParameterReflection,
} from 'typedoc';

/** A part of a signature: text, or the name of a declaration. */
export type Piece = string | { readonly text: string; readonly target: Reflection };

/** A longer signature has each parameter on a line of its own. */
const LINE_WIDTH = 72;

export function widthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((width, piece) => width + (typeof piece === 'string' ? piece : piece.text).length, 0);
}

/** Returns a signature without the keyword: `run<R>(value: T, fn: () => R): R`. */
export function signaturePieces(signature: SignatureReflection, name: string, separator = ': '): Piece[] {
  const parameters = (signature.parameters ?? []).map(parameterPieces);
  const start: Piece[] = [name, ...typeParameterPieces(signature.typeParameters)];
  const end: Piece[] = [separator, ...typePieces(signature.type)];
  const line: Piece[] = [...start, '(', ...join(parameters, ', '), ')', ...end];
  if (parameters.length === 0 || widthOf(line) <= LINE_WIDTH) return line;
  return [...start, '(\n  ', ...join(parameters, ',\n  '), ',\n)', ...end];
}

function parameterPieces(parameter: ParameterReflection): Piece[] {
  const isOptional = parameter.flags.isOptional || parameter.defaultValue !== undefined;
  // The pattern of a destructured parameter has no name of its own.
  const name = parameter.name === '__namedParameters' ? 'options' : parameter.name;
  return [`${parameter.flags.isRest ? '...' : ''}${name}${isOptional ? '?' : ''}: `, ...typePieces(parameter.type)];
}

export function typeParameterPieces(parameters: readonly TypeParameterReflection[] | undefined): Piece[] {
  if (parameters === undefined || parameters.length === 0) return [];
  const pieces = parameters.map((parameter): Piece[] => [
    parameter.name,
    ...(parameter.type === undefined ? [] : [' extends ', ...typePieces(parameter.type)]),
    ...(parameter.default === undefined ? [] : [' = ', ...typePieces(parameter.default)]),
  ]);
  return ['<', ...join(pieces, ', '), '>'];
}

/** Returns a property with its type: `readonly id?: string`. */
export function propertyPieces(property: DeclarationReflection): Piece[] {
  const { flags } = property;
  const type = property.getSignature?.type ?? property.setSignature?.parameters?.[0]?.type ?? property.type;
  const isReadonly = flags.isReadonly || (property.getSignature !== undefined && property.setSignature === undefined);
  const modifiers = `${flags.isStatic ? 'static ' : ''}${isReadonly ? 'readonly ' : ''}`;
  const name = `${modifiers}${property.name}${flags.isOptional ? '?' : ''}`;
  return [name, ': ', ...typePieces(type)];
}

export function typePieces(type: SomeType | undefined, context: TypeContext = TypeContext.none): Piece[] {
  if (type === undefined) return ['any'];
  const pieces = piecesWithoutParentheses(type);
  return type.needsParenthesis(context) ? ['(', ...pieces, ')'] : pieces;
}

function piecesWithoutParentheses(type: SomeType): Piece[] {
  switch (type.type) {
    case 'array':
      return [...typePieces(type.elementType, TypeContext.arrayElement), '[]'];
    case 'conditional':
      return [
        ...typePieces(type.checkType, TypeContext.conditionalCheck),
        ' extends ',
        ...typePieces(type.extendsType, TypeContext.conditionalExtends),
        ' ? ',
        ...typePieces(type.trueType),
        ' : ',
        ...typePieces(type.falseType),
      ];
    case 'indexedAccess':
      return [...typePieces(type.objectType, TypeContext.indexedObject), '[', ...typePieces(type.indexType), ']'];
    case 'inferred':
      return [`infer ${type.name}`, ...(type.constraint ? [' extends ', ...typePieces(type.constraint)] : [])];
    case 'intersection':
      return join(
        type.types.map((member) => typePieces(member, TypeContext.intersectionElement)),
        ' & ',
      );
    case 'union':
      return join(
        type.types.map((member) => typePieces(member, TypeContext.unionElement)),
        ' | ',
      );
    case 'mapped':
      return [
        `{ ${modifier(type.readonlyModifier, 'readonly ')}[${type.parameter} in `,
        ...typePieces(type.parameterType),
        ...(type.nameType ? [' as ', ...typePieces(type.nameType)] : []),
        `]${modifier(type.optionalModifier, '?')}: `,
        ...typePieces(type.templateType),
        ' }',
      ];
    case 'optional':
      return [...typePieces(type.elementType, TypeContext.optionalElement), '?'];
    case 'predicate':
      return [
        `${type.asserts ? 'asserts ' : ''}${type.name}`,
        ...(type.targetType ? [' is ', ...typePieces(type.targetType)] : []),
      ];
    case 'query':
      return ['typeof ', ...typePieces(type.queryType, TypeContext.queryTypeTarget)];
    case 'reference': {
      const target = type.reflection;
      const typeArguments = type.typeArguments?.length
        ? [
            '<',
            ...join(
              type.typeArguments.map((argument) => typePieces(argument)),
              ', ',
            ),
            '>',
          ]
        : [];
      // A file may have imported the declaration under another name.
      const name = target === undefined || target.name === 'default' ? type.name : target.name;
      return [
        target === undefined || target.kindOf(ReflectionKind.TypeParameter) ? type.name : { text: name, target },
        ...typeArguments,
      ];
    }
    case 'reflection':
      return objectPieces(type.declaration);
    case 'rest':
      return ['...', ...typePieces(type.elementType, TypeContext.restElement)];
    case 'templateLiteral':
      return [
        `\`${type.head}`,
        ...type.tail.flatMap(([member, text]): Piece[] => ['${', ...typePieces(member), `}${text}`]),
        '`',
      ];
    case 'tuple':
      return [
        '[',
        ...join(
          type.elements.map((element) => typePieces(element)),
          ', ',
        ),
        ']',
      ];
    case 'namedTupleMember':
      return [`${type.name}${type.isOptional ? '?' : ''}: `, ...typePieces(type.element)];
    case 'typeOperator':
      return [`${type.operator} `, ...typePieces(type.target, TypeContext.typeOperatorTarget)];
    default:
      return [type.toString()];
  }
}

/** Returns the type of a function, of a constructor or of an object. */
function objectPieces(declaration: DeclarationReflection): Piece[] {
  const { signatures = [], children = [], indexSignatures = [] } = declaration;
  const [signature] = signatures;
  if (signature !== undefined && signatures.length === 1 && children.length === 0) {
    const keyword = signature.kindOf(ReflectionKind.ConstructorSignature) ? 'new ' : '';
    return signaturePieces(signature, keyword, ' => ');
  }
  const members = [
    ...signatures.map((member) =>
      signaturePieces(member, member.kindOf(ReflectionKind.ConstructorSignature) ? 'new ' : ''),
    ),
    ...indexSignatures.map(indexSignaturePieces),
    ...children.map(memberPieces),
  ];
  return members.length === 0 ? ['{}'] : ['{ ', ...join(members, '; '), ' }'];
}

export function indexSignaturePieces(signature: SignatureReflection): Piece[] {
  const keys = (signature.parameters ?? []).map(parameterPieces);
  return ['[', ...join(keys, ', '), ']: ', ...typePieces(signature.type)];
}

function memberPieces(member: DeclarationReflection): Piece[] {
  const { signatures = [] } = member;
  if (signatures.length === 0) return propertyPieces(member);
  return join(
    signatures.map((signature) => signaturePieces(signature, `${member.name}${member.flags.isOptional ? '?' : ''}`)),
    '; ',
  );
}

function modifier(sign: '+' | '-' | undefined, text: string): string {
  if (sign === undefined) return '';
  return sign === '-' ? `-${text}` : text;
}

export function join(lists: readonly (readonly Piece[])[], separator: string): Piece[] {
  return lists.flatMap((list, index) => (index === 0 ? list : [separator, ...list]));
}
