/**
 * Whether the words with which a text points at a speaker are a name. "he", "the minister" and "experts" are not, and
 * no person is made of them. Where it cannot be told, the answer is no: the words are kept, and the speaker is unknown.
 */

/** Small words inside names: van der Leyen, Bin Salman, Organization of American States. */
const PARTICLES = new Set(
  'al ap bin da das de del della den der di do dos du e el i ibn la le of san st ten ter van von y zu'.split(
    ' ',
  ),
);
/** Titles that may stand before a name and are not part of it. */
const TITLES =
  /^(?:mr|mrs|ms|miss|dr|prof|sir|dame|lord|lady|sen|rep|gov|gen|col|lt|capt|rev|hon|adm|sgt)\.?$/i;
/** Words of offices and roles: what has one in it may be a description in capitals. */
const ROLES = new Set(
  `adviser advisers advisor advisors agency aide aides ambassador analyst analysts attorney authorities campaign chair chairman
   chairwoman chancellor chief coach columnist commissioner committee congressman congresswoman consultant correspondent council
   critics defense democrat democrats deputy director dr economist economists editor envoy executive executives expert experts
   father former general governor he head i it judge justice king lawmaker lawmakers leader leaders lawyer lawyers many mayor
   minister ministers ministry most mother officer officers official officials opponents police president prime prince princess
   prof professor prosecutor prosecutors queen representative republican republicans reporter researchers scientists secretary
   senator senators several she some source sources speaker spokesman spokesperson spokeswoman staff study supporters teacher
   they trustee voters we who witness witnesses you`.split(/\s+/),
);
const MOST_WORDS = 6;

/** The name, of two words at least and without title or possessive; null for anything else. */
export function readSpeakerName(words: string): string | null {
  // An apposition tells of the one who is named before it: "Len Burman, head of the center".
  const [head = ''] = words.trim().split(/,\s/);
  const tokens = head
    .replace(/[’']s?$/u, '')
    .split(/\s+/)
    .filter((token) => token !== '');
  while (tokens.length > 0 && TITLES.test(tokens[0] ?? '')) tokens.shift();
  if (tokens.length < 2 || tokens.length > MOST_WORDS) return null;
  const capitals = tokens.filter((token) => /^\p{Lu}/u.test(token));
  const small = tokens.filter((token) => !/^\p{Lu}/u.test(token));
  if (capitals.length < 2 || !/^\p{Lu}/u.test(tokens[0] ?? '') || !/^\p{Lu}/u.test(tokens.at(-1) ?? ''))
    return null;
  if (small.some((token) => !PARTICLES.has(token.replace(/['’-].*$/u, '')))) return null;
  if (tokens.some((token) => ROLES.has(token.toLowerCase().replace(/[^\p{L}]/gu, '')))) return null;
  if (!tokens.every((token) => /^[\p{L}\p{M}.'’-]+$/u.test(token))) return null;
  if (/^(?:the|a|an|this|that|these|those|its|his|her|their|our|my|your)$/i.test(tokens[0] ?? ''))
    return null;
  return tokens.join(' ');
}
