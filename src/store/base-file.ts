/** Files of bases: copies beside them, and what SQLite leaves with each. */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Db } from '../db/client.ts';
import { UsageError } from '../errors.ts';

/** Where the file of a base lies, whatever links lead there: what is put in a link's place would not be in the file's. */
export function findBaseFile(db: Db): string {
  return realpathSync(db.name);
}

/**
 * Copies one state of a base to `<its file>.<ending>`, in place of what lies there. Whoever may not read the base may not
 * read the copy; it belongs to the same user and group where whoever runs this may say so. Gives its path. Throws UsageError
 * where the folder takes no file.
 */
export function copyBeside(db: Db, ending: string): string {
  const file = findBaseFile(db);
  const path = `${file}.${ending}`;
  removeBaseFiles(path);
  try {
    makeAlike(path, file);
    db.prepare('VACUUM INTO ?').run(path);
  } catch (error) {
    removeBaseFiles(path);
    throw error;
  }
  return path;
}

/**
 * A new and empty file of the same rights, which whoever runs this may write, and of the same owner and group where they
 * may say so: another group gets no rights. Throws where `path` is there already.
 */
export function makeAlike(path: string, like: string): void {
  const { mode, uid, gid } = statSync(like);
  const file = openNew(path);
  try {
    if (!isOwnedAlike(path, like) && !mayGive(file, uid, gid)) mayGive(file, fstatSync(file).uid, gid);
    const group = fstatSync(file).gid === gid ? 0o777 : 0o707;
    fchmodSync(file, (mode & group) | 0o600);
  } finally {
    closeSync(file);
  }
}

function mayGive(file: number, uid: number, gid: number): boolean {
  try {
    fchownSync(file, uid, gid);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EPERM') throw error;
    return false;
  }
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if (!['EACCES', 'EROFS'].includes((error as { code: string }).code)) throw error;
    throw new UsageError(
      `A copy of the base is made beside it, and nothing may be written to ${dirname(path)} by whoever runs this.`,
    );
  }
}

export function isOwnedAlike(path: string, other: string): boolean {
  const [one, two] = [statSync(path), statSync(other)];
  return one.uid === two.uid && one.gid === two.gid;
}

/** Removes a file of SQLite, where there is one, with the journals that a process that was killed left beside it. */
export function removeBaseFiles(path: string): void {
  // A link that leads nowhere goes too: what is made there would be made where it leads.
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
}

/** Returns when the file is on the disk. */
export function synchronize(path: string): void {
  // Windows synchronizes nothing through a handle for reading alone.
  const handle = openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/** Returns when the folder's list of files is on the disk; Windows has no such call. */
export function synchronizeFolder(path: string): void {
  if (process.platform !== 'win32') synchronize(path);
}
