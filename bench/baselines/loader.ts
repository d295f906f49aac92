/** The import written by hand: reads the file line by line and fills the tables, indexes afterwards; checks nothing. */
import { readFileSync } from 'node:fs';
import { fillBase } from '../base.ts';

const [file = '', path = ''] = process.argv.slice(2);

function* readRecords() {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const { noun, ...record } = JSON.parse(line);
    yield { noun, record };
  }
}

fillBase(path, readRecords());
