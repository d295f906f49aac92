/** The export written by hand: a loop that reads the stored texts in the order of the list and prints them. */
import { writeSync } from 'node:fs';
import Database from 'better-sqlite3';

const db = new Database(process.argv[2] ?? '', { readonly: true });
const rows = db.prepare('SELECT document FROM quotes ORDER BY said_latest DESC, key DESC').pluck().iterate();
let lines = '';
for (const document of rows) {
  lines += `${document}\n`;
  if (lines.length < 65_536) continue;
  writeSync(1, lines);
  lines = '';
}
writeSync(1, lines);
