/** Codes of other registries: what is well formed, and what is right when it is not. */
import type { CodeKind } from './resource.ts';

type CodeCheck = { pattern: RegExp; example: string; says: string; check?: (value: string) => boolean };

// Intl knows the regions of CLDR: ISO 3166-1 with these codes that are regions of other kinds.
const NOT_COUNTRIES = new Set([
  'EU',
  'EZ',
  'UN',
  'XA',
  'XB',
  'ZZ',
  'QO',
  'AC',
  'CP',
  'CQ',
  'DG',
  'EA',
  'IC',
  'TA',
  'XK',
]);
const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** A data set has a handful of languages, and a tag is costly to check. */
const canonicalTags = new Map<string, boolean>();
const MOST_TAGS = 1000;

function isCanonicalTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag;
  } catch {
    return false;
  }
}

const checks: Record<CodeKind, CodeCheck> = {
  country: {
    pattern: /^[A-Z]{2}$/,
    example: 'IR',
    says: 'an ISO 3166-1 alpha-2 country in capitals',
    check: (value) => !NOT_COUNTRIES.has(value) && regions.of(value) !== undefined,
  },
  language: {
    pattern: /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/,
    example: 'fa',
    says: 'a BCP 47 language tag in its canonical spelling',
    check: (value) => {
      let canonical = canonicalTags.get(value);
      if (canonical === undefined) {
        canonical = isCanonicalTag(value);
        if (canonicalTags.size < MOST_TAGS) canonicalTags.set(value, canonical);
      }
      return canonical;
    },
  },
  wikidata: { pattern: /^Q[1-9][0-9]{0,11}$/, example: 'Q7747', says: 'a Wikidata item' },
  sha256: {
    pattern: /^[0-9a-f]{64}$/,
    example: '4a5a19e0…',
    says: 'a SHA-256 in 64 lower-case hexadecimal digits',
  },
  url: {
    pattern: /^https?:\/\/\S+$/,
    example: 'https://example.org/article',
    says: 'an absolute http or https address',
    check: (value) => URL.canParse(value),
  },
};

export function getCodePattern(kind: CodeKind): string {
  return checks[kind].pattern.source;
}

/** What is wrong with a code, as the rest of a sentence that begins with the value; null when it is right. */
export function describeBadCode(kind: CodeKind, value: string): string | null {
  const { pattern, check, says, example } = checks[kind];
  if (pattern.test(value) && (check?.(value) ?? true)) return null;
  return `is not ${says}, such as "${example}"`;
}
