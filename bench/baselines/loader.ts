/** The import written by hand: reads the file line by line and fills the tables, indexes afterwards; checks nothing. */
import { fillBase } from '../base.ts';
import { readRecords } from '../read-lines.ts';

const [file = '', path = ''] = process.argv.slice(2);
fillBase(path, readRecords(file));
