/**
 * Answers kept in memory, to be given again as long as the data is as it was. A body is kept by its tag, which is made
 * of the data's version, the canonical query, the format and the coding: whoever spells the same question otherwise
 * gets the same bytes. An address, with the headers that a choice is made by, leads to a tag; then nothing need be read.
 *
 * Everything is forgotten when the version that the base says is another one, whoever wrote. An answer made while the data changed is kept under the version from before, which never comes back.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';

/** Names and values in turns, as Node writes them soonest. */
export type HeaderList = readonly string[];
export type KeptBody = { body: Buffer; type: string; coding: string | null; cursor: string | null };
/** `full` is null where nobody was given more than 304 yet. */
export type KeptAddress = { tag: string; full: HeaderList | null; bare: HeaderList };

export type Answers = {
  /** Forgets everything where the version, just read from the base, is not that of what is kept. */
  noteVersion: (version: string) => void;
  /** What was answered to this address and these headers. */
  findAddress: (url: string, headers: IncomingHttpHeaders) => KeptAddress | undefined;
  findBody: (tag: string) => KeptBody | undefined;
  /** `version` is the data's when the tag was made; nothing is kept where it has changed since. */
  keepAddress: (version: string, url: string, headers: IncomingHttpHeaders, address: KeptAddress) => void;
  keepBody: (version: string, tag: string, body: KeptBody) => void;
};

/** What an entry holds besides its texts, roughly: the objects, and its places in the maps. */
const ENTRY_BYTES = 400;
/** The part of the bytes that goes to addresses. */
const FOR_ADDRESSES = 1 / 8;

/** `bytes` bounds everything that is kept; 0 keeps nothing. `by_origin`: whether answers differ by the page that asks. */
export function openAnswers(options: { bytes: number; by_origin: boolean }): Answers {
  const forAddresses = Math.floor(options.bytes * FOR_ADDRESSES);
  const bodies = openMap<KeptBody>(options.bytes - forAddresses, ({ body }) => body.length);
  // Names and values of headers are the same few strings for all addresses, a tag aside.
  const addresses = openMap<KeptAddress>(
    forAddresses,
    ({ full }, key) => key.length * 2 + (full === null ? 0 : 200),
  );
  let version = '';

  /** The headers that answers vary by; `host` and the like make no difference to any answer. */
  function writeKey(url: string, headers: IncomingHttpHeaders): string {
    const origin = options.by_origin ? `\n${headers.origin ?? ''}` : '';
    return `${url}\n${headers.accept ?? ''}\n${headers['accept-encoding'] ?? ''}${origin}`;
  }

  return {
    noteVersion: (now) => {
      if (now === version) return;
      bodies?.clear();
      addresses?.clear();
      version = now;
    },
    findAddress: (url, headers) => addresses?.get(writeKey(url, headers)),
    findBody: (tag) => bodies?.get(tag),
    keepAddress: (made, url, headers, address) => {
      if (made === version) addresses?.set(writeKey(url, headers), address);
    },
    keepBody: (made, tag, body) => {
      if (made === version) bodies?.set(tag, body);
    },
  };
}

function openMap<V extends object>(
  bytes: number,
  measure: (value: V, key: string) => number,
): LRUCache<string, V> | null {
  if (bytes < 1) return null;
  return new LRUCache<string, V>({
    maxSize: bytes,
    // One answer must not take the place of all others.
    maxEntrySize: Math.ceil(bytes / 4),
    sizeCalculation: (value, key) => measure(value, key) + ENTRY_BYTES,
  });
}
