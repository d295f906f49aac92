/**
 * The tables of Discourse Network Analyzer 3 (https://github.com/leifeld/dna), whose project files are SQLite. What its
 * people code is a statement: a passage of a document, with a value for each variable of the statement's type.
 */
import type { Db } from '../client.ts';
import { prepare } from '../statements.ts';
import { openForeignDatabase } from './open.ts';

export type DnaVariable = {
  id: number;
  name: string;
  type: 'short text' | 'long text' | 'boolean' | 'integer';
};
export type DnaStatementType = { id: number; label: string; variables: DnaVariable[] };
export type DnaDocument = {
  id: number;
  title: string;
  text: string;
  author: string;
  publisher: string;
  section: string;
  type: string;
  notes: string;
  /** Seconds since 1970 in a clock without a time zone. */
  date: number;
};
export type DnaStatement = {
  id: number;
  type: number;
  /** UTF-16 units, as Java counts: 0-based, end exclusive. */
  start: number;
  stop: number;
  coder: string | null;
};

const TABLES = {
  DOCUMENTS: ['ID', 'Title', 'Text', 'Author', 'Source', 'Section', 'Notes', 'Type', 'Date', 'Coder'],
  STATEMENTS: ['ID', 'StatementTypeId', 'DocumentId', 'Start', 'Stop', 'Coder'],
  STATEMENTTYPES: ['ID', 'Label'],
  VARIABLES: ['ID', 'Variable', 'DataType', 'StatementTypeId'],
  DATASHORTTEXT: ['StatementId', 'VariableId', 'Entity'],
  DATABOOLEAN: ['StatementId', 'VariableId', 'Value'],
  DATAINTEGER: ['StatementId', 'VariableId', 'Value'],
  DATALONGTEXT: ['StatementId', 'VariableId', 'Value'],
  ENTITIES: ['ID', 'VariableId', 'Value', 'ChildOf'],
  ATTRIBUTEVARIABLES: ['ID', 'VariableId', 'AttributeVariable'],
  ATTRIBUTEVALUES: ['EntityId', 'AttributeVariableId', 'AttributeValue'],
  CODERS: ['ID', 'Name'],
};

/** Throws UsageError for any other file. */
export function openDnaFile(path: string): Db {
  return openForeignDatabase(path, 'a project of Discourse Network Analyzer 3', TABLES);
}

export function listDnaStatementTypes(db: Db): DnaStatementType[] {
  const types = prepare(db, 'SELECT ID AS id, Label AS label FROM STATEMENTTYPES ORDER BY ID').all() as Omit<
    DnaStatementType,
    'variables'
  >[];
  const variables = prepare(
    db,
    'SELECT ID AS id, Variable AS name, DataType AS type FROM VARIABLES WHERE StatementTypeId = ? ORDER BY ID',
  );
  return types.map((type) => ({ ...type, variables: variables.all(type.id) as DnaVariable[] }));
}

export function listDnaDocumentIds(db: Db): number[] {
  return prepare(db, 'SELECT ID FROM DOCUMENTS ORDER BY ID').pluck().all() as number[];
}

export function readDnaDocument(db: Db, id: number): DnaDocument {
  return prepare(
    db,
    `SELECT ID AS id, Title AS title, Text AS text, Author AS author, Source AS publisher, Section AS section,
            Type AS type, Notes AS notes, Date AS date
     FROM DOCUMENTS WHERE ID = ?`,
  ).get(id) as DnaDocument;
}

/** In the order of the text. */
export function listDnaStatements(db: Db, document: number): DnaStatement[] {
  return prepare(
    db,
    `SELECT s.ID AS id, s.StatementTypeId AS type, s.Start AS start, s.Stop AS stop, c.Name AS coder
     FROM STATEMENTS s LEFT JOIN CODERS c ON c.ID = s.Coder
     WHERE s.DocumentId = ? ORDER BY s.Start, s.Stop, s.ID`,
  ).all(document) as DnaStatement[];
}

/** The values of one statement, by the key of their variable. */
export function readDnaValues(db: Db, statement: number): Map<number, string | number> {
  const rows = prepare(
    db,
    `SELECT d.VariableId AS variable, e.Value AS value
     FROM DATASHORTTEXT d JOIN ENTITIES e ON e.ID = d.Entity WHERE d.StatementId = @statement
     UNION ALL SELECT VariableId, Value FROM DATALONGTEXT WHERE StatementId = @statement
     UNION ALL SELECT VariableId, Value FROM DATABOOLEAN WHERE StatementId = @statement
     UNION ALL SELECT VariableId, Value FROM DATAINTEGER WHERE StatementId = @statement`,
  ).all({ statement }) as { variable: number; value: string | number | null }[];
  return new Map(rows.flatMap(({ variable, value }) => (value === null ? [] : [[variable, value]])));
}

export function listDnaCoders(db: Db): string[] {
  return prepare(db, "SELECT Name FROM CODERS WHERE Name <> '' ORDER BY ID").pluck().all() as string[];
}

/** The least and greatest value of an integer variable; null where it has none. */
export function readDnaRange(db: Db, variable: number): { min: number; max: number } | null {
  const row = prepare(
    db,
    'SELECT min(Value) AS min, max(Value) AS max FROM DATAINTEGER WHERE VariableId = ?',
  ).get(variable) as { min: number | null; max: number | null };
  return row.min === null || row.max === null ? null : { min: row.min, max: row.max };
}

/** How much there is of what belongs to no statement, by what it is. */
export function countDnaExtras(db: Db): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (what: string, sql: string) => {
    const n = prepare(db, sql).pluck().get() as number;
    if (n > 0) counts.set(what, n);
  };
  for (const { name, n } of prepare(
    db,
    `SELECT v.Variable || ' › ' || a.AttributeVariable AS name, count(*) AS n
     FROM ATTRIBUTEVALUES x JOIN ATTRIBUTEVARIABLES a ON a.ID = x.AttributeVariableId JOIN VARIABLES v ON v.ID = a.VariableId
     WHERE x.AttributeValue <> '' GROUP BY v.ID, a.ID ORDER BY v.ID, a.ID`,
  ).all() as { name: string; n: number }[])
    counts.set(`values of the attribute "${name}", which has no place here`, n);
  count(
    'entities grouped under another, which are kept apart here',
    'SELECT count(*) FROM ENTITIES WHERE ChildOf IS NOT NULL',
  );
  count(
    'entities that no statement uses, which are left out',
    "SELECT count(*) FROM ENTITIES WHERE Value <> '' AND ID NOT IN (SELECT Entity FROM DATASHORTTEXT)",
  );
  count(
    'documents with the coder who added them, which has no place here',
    'SELECT count(*) FROM DOCUMENTS WHERE Coder IS NOT NULL',
  );
  const others = {
    REGEXES: 'patterns for highlighting, which have no place here',
    CODERRELATIONS: 'permissions between coders, which have no place here',
    VARIABLELINKS: 'links between variables, which have no place here',
  };
  for (const [table, what] of Object.entries(others)) {
    const known = prepare(db, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table);
    if (known !== undefined) count(what, `SELECT count(*) FROM ${table}`);
  }
  return counts;
}
