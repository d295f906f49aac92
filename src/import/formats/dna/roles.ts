/** Which variables of a DNA project hold the speaker, the concept and the agreement. */
import type { Db } from '../../../db/client.ts';
import {
  type DnaStatement,
  type DnaStatementType,
  type DnaVariable,
  listDnaStatementTypes,
  readDnaRange,
} from '../../../db/foreign/dna.ts';
import { UsageError } from '../../../errors.ts';
import { findNearest, listSome, suggest } from '../../../nearest.ts';
import type { ReaderContext } from '../../format.ts';
import { readNumber, readOption } from '../../options.ts';

/** How a qualifier's value becomes a position. */
export type Scale = { name: string; midpoint: number; yes_no: boolean };

export type TypeRoles = {
  person: number | null;
  organization: number | null;
  concept: number | null;
  qualifier: number | null;
  scale: Scale | null;
  /** Variables without a role: id → name. */
  others: Map<number, string>;
};

export type Roles = {
  /** The types whose statements have a speaker. */
  types: Map<number, TypeRoles>;
  labels: Map<number, string>;
  /** What was decided without being told, as sentences. */
  assumed: string[];
};

/** A statement with the values of its roles; empty ones are null. */
export type CodedStatement = DnaStatement & {
  person: string | null;
  organization: string | null;
  concept: string | null;
  qualifier: number | null;
  scale: Scale | null;
};

const ROLES = ['person', 'organization', 'concept', 'qualifier'] as const;
type Role = (typeof ROLES)[number];
const DEFAULTS: Record<Role, string> = {
  person: 'person',
  organization: 'organization',
  concept: 'concept',
  qualifier: 'agreement',
};
const TYPES: Record<Role, readonly DnaVariable['type'][]> = {
  person: ['short text'],
  organization: ['short text'],
  concept: ['short text'],
  qualifier: ['boolean', 'integer'],
};

/** Throws UsageError where a flag names no variable, and where no type of statement has a speaker. */
export function chooseRoles(db: Db, file: string, options: ReaderContext['options']): Roles {
  const types = listDnaStatementTypes(db);
  const names: Record<Role, string> = { ...DEFAULTS };
  for (const role of ROLES) {
    const name = readOption(options, role);
    if (name === null) continue;
    requireVariable(types, role, name);
    names[role] = name;
  }
  const roles: Roles = {
    types: new Map(),
    labels: new Map(types.map(({ id, label }) => [id, label])),
    assumed: [],
  };
  for (const type of types) {
    const chosen = chooseInType(db, type, names, options, roles.assumed);
    if (chosen.person === null && chosen.organization === null) continue;
    roles.types.set(type.id, chosen);
  }
  if (roles.types.size === 0) {
    const known = types.map(
      ({ label, variables }) => `${label} (${listSome(variables.map(({ name }) => name))})`,
    );
    throw new UsageError(
      `${file}: no type of statement has a variable "${names.person}" or "${names.organization}"; --person and --organization name others. There are: ${known.join('; ')}.`,
    );
  }
  return roles;
}

function requireVariable(types: readonly DnaStatementType[], role: Role, name: string): void {
  const all = types.flatMap(({ variables }) => variables).filter(({ type }) => TYPES[role].includes(type));
  if (all.some((variable) => variable.name === name)) return;
  const known = [...new Set(all.map((variable) => variable.name))];
  throw new UsageError(
    `--${role} ${name}: there is no ${TYPES[role].join(' or ')} variable of this name.${suggest(findNearest(name, known))} There are: ${listSome(known)}.`,
  );
}

function chooseInType(
  db: Db,
  { label, variables }: DnaStatementType,
  names: Record<Role, string>,
  options: ReaderContext['options'],
  assumed: string[],
): TypeRoles {
  const find = (role: Role) =>
    variables.find(({ name, type }) => name === names[role] && TYPES[role].includes(type)) ?? null;
  const [person, organization, concept, qualifier] = ROLES.map(find) as [
    DnaVariable | null,
    DnaVariable | null,
    DnaVariable | null,
    DnaVariable | null,
  ];
  const speaks = person !== null || organization !== null;
  const scale = qualifier === null || !speaks ? null : readScale(db, qualifier, options);
  if (scale !== null && !scale.yes_no) {
    assumed.push(
      `"${label}": values of "${scale.name}" above ${scale.midpoint} were read as support, below as oppose, ${scale.midpoint} itself as neutral; each stance keeps its value`,
    );
  }
  const taken = [person, organization, concept, qualifier];
  return {
    person: person?.id ?? null,
    organization: organization?.id ?? null,
    concept: concept?.id ?? null,
    qualifier: qualifier?.id ?? null,
    scale,
    others: new Map(
      variables.filter((variable) => !taken.includes(variable)).map(({ id, name }) => [id, name]),
    ),
  };
}

/**
 * DNA does not say where a scale turns. One with values on both sides of 0 turns there; any other is not guessed at,
 * because 1 to 5 may run from full disagreement or from little support.
 */
function readScale(db: Db, { id, name, type }: DnaVariable, options: ReaderContext['options']): Scale | null {
  if (type === 'boolean') return { name, midpoint: 0.5, yes_no: true };
  const midpoint = readNumber(options, 'midpoint');
  if (midpoint !== null) return { name, midpoint, yes_no: false };
  const range = readDnaRange(db, id);
  if (range === null) return null;
  if (range.min < 0 && range.max > 0) return { name, midpoint: 0, yes_no: false };
  throw new UsageError(
    `The values of "${name}" go from ${range.min} to ${range.max}, and nothing says which of them are support: give the value between with --midpoint.`,
  );
}
