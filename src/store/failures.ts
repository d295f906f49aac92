/** What SQLite says when it cannot write. */

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
