/** What SQLite says when it cannot read or write. */

function getCode(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? '');
}

export function isDiskFull(error: unknown): boolean {
  return ['SQLITE_FULL', 'ENOSPC', 'EDQUOT'].includes(getCode(error));
}

/** A rule of the tables or of their triggers that a row breaks. */
export function isConstraint(error: unknown): boolean {
  return getCode(error).startsWith('SQLITE_CONSTRAINT');
}

const EXPLAINED: readonly [RegExp, string][] = [
  [/^SQLITE_(CORRUPT|NOTADB)/, 'The base is damaged; `verbatim verify` says where'],
  [/^SQLITE_(BUSY|LOCKED)/, 'Somebody else is writing to the base, and did not end in time'],
  [/^SQLITE_(FULL|IOERR)|^ENOSPC|^EDQUOT/, 'The disk is full, or fails'],
  [/^SQLITE_(READONLY|PERM|CANTOPEN)/, 'The base may not be written to'],
];

/** A sentence for what the file of the base, or its disk, is to blame for; null for any other error. */
export function explainFailure(error: unknown): string | null {
  const code = getCode(error);
  const found = EXPLAINED.find(([pattern]) => pattern.test(code));
  return found === undefined ? null : `${found[1]} (${(error as Error).message}).`;
}
