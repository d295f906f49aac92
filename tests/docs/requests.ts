/** Requests that stand in papers, and the answers shown for them. */
import { catalogue } from '../../src/errors.ts';
import type { Fence, Paper } from './markdown.ts';

export const ADDRESS = 'http://127.0.0.1:3000';

export interface ShownRequest {
  path: string;
  method: 'GET' | 'HEAD';
  headers: Record<string, string>;
  line: number;
  /** The code of the refusal that the line names, or null where it should be answered. */
  refusal: string | null;
  /** The block behind a request: what it is said to answer. */
  shown: Fence | null;
}

const URL_IN_CODE = /['"](http:\/\/127\.0\.0\.1:3000[^'"]*)['"]/g;
const CURL_HEADER = /-H '([^:']+): ([^']*)'/g;

/** Every request of a paper: addresses in blocks of code, and `/v1/…` in lines, with the refusal that such a line names. */
export function listRequests(paper: Paper): ShownRequest[] {
  const requests: ShownRequest[] = [];
  paper.fences.forEach((fence, n) => {
    const next = paper.fences[n + 1];
    const shown = next?.language === 'json' ? next : null;
    for (const url of fence.text.matchAll(URL_IN_CODE)) {
      requests.push({
        path: (url[1] ?? '').slice(ADDRESS.length) || '/',
        method: /\bcurl (-\w )*-I\b/.test(fence.text) ? 'HEAD' : 'GET',
        headers: Object.fromEntries(
          [...fence.text.matchAll(CURL_HEADER)].map(([, name, value]) => [name, value]),
        ),
        line: fence.line,
        refusal: null,
        shown,
      });
    }
  });
  for (const { codes, number } of paper.lines) {
    const refusal = codes.find((code) => Object.hasOwn(catalogue, code)) ?? null;
    for (const code of codes) {
      if (/^\/v1(\/|$)/.test(code) && !/[{…]/.test(code))
        requests.push({ path: code, method: 'GET', headers: {}, line: number, refusal, shown: null });
    }
  }
  return requests;
}

/** Whether everything shown stands in the answer: keys may be left out, and entries of lists, but not their order. */
export function findMissing(shown: unknown, answer: unknown, path = ''): string | null {
  if (Array.isArray(shown)) {
    if (!Array.isArray(answer)) return `${path} is no list`;
    let from = 0;
    for (const [n, entry] of shown.entries()) {
      const found = answer.findIndex(
        (candidate, at) => at >= from && findMissing(entry, candidate, '') === null,
      );
      if (found === -1) {
        const only = answer.length === 1 ? findMissing(entry, answer[0], `${path}[0]`) : null;
        return only ?? `${path}[${n}] is not among the answer's entries, in this order`;
      }
      from = found + 1;
    }
    return null;
  }
  if (shown !== null && typeof shown === 'object') {
    if (answer === null || typeof answer !== 'object') return `${path} is no object`;
    for (const [key, value] of Object.entries(shown)) {
      const missing = findMissing(value, (answer as Record<string, unknown>)[key], `${path}.${key}`);
      if (missing !== null) return missing;
    }
    return null;
  }
  return shown === answer ? null : `${path} is ${JSON.stringify(answer)}, and not ${JSON.stringify(shown)}`;
}
