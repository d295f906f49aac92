/** Writes a project of Discourse Network Analyzer 3, as small as a test needs it. */
import Database from 'better-sqlite3';

export type Statement = {
  document: number;
  /** What the passage reads; found in the document and counted in UTF-16 units, as Java does. */
  words?: string;
  start?: number;
  stop?: number;
  coder?: string;
  type?: string;
  /** Variable → value. */
  values: Record<string, string | number>;
};
export type Project = {
  /** Type of statement → variable → type of its values. */
  types?: Record<string, Record<string, 'short text' | 'long text' | 'boolean' | 'integer'>>;
  documents: {
    title: string;
    text: string;
    date: string;
    author?: string;
    source?: string;
    section?: string;
  }[];
  statements: Statement[];
  attributes?: { variable: string; entity: string; name: string; value: string }[];
};

export const STANDARD = {
  'DNA Statement': {
    person: 'short text',
    organization: 'short text',
    concept: 'short text',
    agreement: 'boolean',
  },
} as const;

export function writeDnaFile(
  path: string,
  { types = STANDARD, documents, statements, attributes = [] }: Project,
): string {
  const db = new Database(path);
  db.exec(`
    CREATE TABLE CODERS (ID INTEGER PRIMARY KEY, Name TEXT NOT NULL);
    CREATE TABLE DOCUMENTS (ID INTEGER PRIMARY KEY, Title TEXT NOT NULL, Text TEXT NOT NULL, Coder INTEGER, Author TEXT NOT NULL DEFAULT '',
      Source TEXT NOT NULL DEFAULT '', Section TEXT NOT NULL DEFAULT '', Notes TEXT NOT NULL DEFAULT '', Type TEXT NOT NULL DEFAULT '', Date INTEGER NOT NULL);
    CREATE TABLE STATEMENTTYPES (ID INTEGER PRIMARY KEY, Label TEXT NOT NULL);
    CREATE TABLE VARIABLES (ID INTEGER PRIMARY KEY, Variable TEXT NOT NULL, DataType TEXT NOT NULL, StatementTypeId INTEGER);
    CREATE TABLE STATEMENTS (ID INTEGER PRIMARY KEY, StatementTypeId INTEGER, DocumentId INTEGER, Start INTEGER, Stop INTEGER, Coder INTEGER);
    CREATE TABLE ENTITIES (ID INTEGER PRIMARY KEY, VariableId INTEGER NOT NULL, Value TEXT NOT NULL, ChildOf INTEGER, UNIQUE (VariableId, Value));
    CREATE TABLE DATASHORTTEXT (ID INTEGER PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Entity INTEGER);
    CREATE TABLE DATALONGTEXT (ID INTEGER PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Value TEXT);
    CREATE TABLE DATABOOLEAN (ID INTEGER PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Value INTEGER);
    CREATE TABLE DATAINTEGER (ID INTEGER PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Value INTEGER);
    CREATE TABLE ATTRIBUTEVARIABLES (ID INTEGER PRIMARY KEY, VariableId INTEGER, AttributeVariable TEXT);
    CREATE TABLE ATTRIBUTEVALUES (ID INTEGER PRIMARY KEY, EntityId INTEGER, AttributeVariableId INTEGER, AttributeValue TEXT);
    CREATE TABLE REGEXES (Label TEXT PRIMARY KEY);
    INSERT INTO REGEXES VALUES ('climat');`);
  const insert = (table: string, row: Record<string, unknown>): number => {
    const columns = Object.keys(row);
    const values = columns.map((column) => `@${column}`);
    return Number(
      db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values.join(', ')})`).run(row)
        .lastInsertRowid,
    );
  };
  const coders = new Map<string, number>();
  const typeIds = new Map<string, number>();
  const variables = new Map<string, { id: number; type: string }>();
  for (const [label, own] of Object.entries(types)) {
    const typeId = insert('STATEMENTTYPES', { Label: label });
    typeIds.set(label, typeId);
    for (const [name, type] of Object.entries(own))
      variables.set(`${label} ${name}`, {
        id: insert('VARIABLES', { Variable: name, DataType: type, StatementTypeId: typeId }),
        type,
      });
  }
  for (const { title, text, date, author = '', source = '', section = '' } of documents)
    insert('DOCUMENTS', {
      Title: title,
      Text: text,
      Author: author,
      Source: source,
      Section: section,
      Date: Date.parse(`${date}Z`) / 1000,
    });
  const findEntity = (variable: number, value: string): number =>
    (db.prepare('SELECT ID FROM ENTITIES WHERE VariableId = ? AND Value = ?').pluck().get(variable, value) as
      | number
      | undefined) ?? insert('ENTITIES', { VariableId: variable, Value: value });
  for (const { document, words, start, stop, coder, type = 'DNA Statement', values } of statements) {
    const text = documents[document]?.text ?? '';
    const from = start ?? text.indexOf(words ?? '');
    if (from === -1) throw new Error(`the document has no “${words}”`);
    if (coder !== undefined && !coders.has(coder)) coders.set(coder, insert('CODERS', { Name: coder }));
    const statement = insert('STATEMENTS', {
      StatementTypeId: typeIds.get(type),
      DocumentId: document + 1,
      Start: from,
      Stop: stop ?? from + (words ?? '').length,
      Coder: coder === undefined ? null : coders.get(coder),
    });
    for (const [name, value] of Object.entries(values)) {
      const variable = variables.get(`${type} ${name}`);
      if (variable === undefined) throw new Error(`no variable ${name} of ${type}`);
      const row = { StatementId: statement, VariableId: variable.id };
      if (variable.type === 'short text')
        insert('DATASHORTTEXT', { ...row, Entity: findEntity(variable.id, String(value)) });
      else insert(`DATA${variable.type.replace(' ', '').toUpperCase()}`, { ...row, Value: value });
    }
  }
  for (const { variable, entity, name, value } of attributes) {
    const id = variables.get(`DNA Statement ${variable}`)?.id ?? 0;
    insert('ATTRIBUTEVALUES', {
      EntityId: findEntity(id, entity),
      AttributeVariableId: insert('ATTRIBUTEVARIABLES', { VariableId: id, AttributeVariable: name }),
      AttributeValue: value,
    });
  }
  db.close();
  return path;
}
