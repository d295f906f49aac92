/** By which release's declarations the records of a base were rendered. */
import { createHash } from 'node:crypto';
import { type Db, explainLater, hasPendingMigrations, requireBase } from '../db/client.ts';
import { readFact } from '../db/data-version.ts';
import { UsageError } from '../errors.ts';
import { RELEASE } from '../release.ts';
import { resources } from '../resources/registry.ts';

const DECLARATIONS_FACT = 'declarations';
const RELEASE_FACT = 'declared_by';
/** Hash of what the nouns declare: it changes when stored records must be rendered anew. */
const DECLARATIONS = createHash('sha256').update(JSON.stringify(resources)).digest('hex');

/** To be written wherever records are rendered. */
export const declarationFacts: Readonly<Record<string, string>> = {
  [DECLARATIONS_FACT]: DECLARATIONS,
  [RELEASE_FACT]: RELEASE,
};

/**
 * Whether the base was rendered by the declarations of this release; where not, it is to be rendered anew. Throws
 * UsageError where they are those of a later one, of whose records this one would lose a part.
 */
export function hasSameDeclarations(db: Db): boolean {
  if (readFact(db, DECLARATIONS_FACT) === DECLARATIONS) return true;
  const release = readFact(db, RELEASE_FACT);
  if (release !== undefined && release.localeCompare(RELEASE, 'en', { numeric: true }) > 0)
    throw explainLater(db, release);
  return false;
}

/** Whether the base is as this release would have written it. Throws UsageError for one of a later release. */
export function isOfThisRelease(db: Db): boolean {
  return !hasPendingMigrations(db) && (!isRendered(db) || hasSameDeclarations(db));
}

/** Throws UsageError for a base of any other release: one that is only read is not brought up to date. */
export function requireThisRelease(db: Db): void {
  requireBase(db);
  if (isOfThisRelease(db)) return;
  throw new UsageError(
    `The database ${db.name} was written by an earlier release. \`verbatim seed\` and \`verbatim serve\` bring it up to date.`,
  );
}

/** A base into which nothing was ever written says nothing of declarations. */
function isRendered(db: Db): boolean {
  return readFact(db, DECLARATIONS_FACT) !== undefined;
}
