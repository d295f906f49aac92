/**
 * Whether the words with which a text points at a speaker are a name. "he", "the minister" and "experts" are not, and
 * no person is made of them. Where it cannot be told, the answer is no: the words are kept, and the speaker is unknown.
 */

/** Small words inside names: van der Leyen, Bin Salman. */
const PARTICLES = new Set(
  'al ap bin da das de del della den der di do dos du e el i ibn la le st ten ter van von y zu'.split(' '),
);
/** Titles that may stand before a name and are not part of it. */
const TITLES =
  /^(?:mr|mrs|ms|miss|dr|prof|sir|dame|lord|lady|sen|rep|gov|gen|col|lt|capt|rev|hon|adm|sgt)\.?$/i;
/** Words of offices and roles: what has one in it may be a description in capitals. */
const ROLES = new Set(
  `activist activists adviser advisers advisor advisors agency aide aides ambassador analyst analysts attorney authorities campaign chair chairman
   chairwoman chancellor chief coach columnist commissioner committee congressman congresswoman consultant correspondent council
   critics defense democrat democrats deputy director dr economist economists editor envoy executive executives expert experts
   father former general governor he head i it judge justice king lawmaker lawmakers leader leaders lawyer lawyers many mayor
   minister ministers ministry most mother officer officers official officials opponents poll police president prime prince princess
   prof professor prosecutor prosecutors queen representative republican republicans report reporter researchers retired rival scientists secretary
   senator senators several she some source sources speaker spokesman spokesperson spokeswoman staff study supporters survey teacher
   the a an this that these those its his her their our my your they trustee voters we who witness witnesses you`.split(
    /\s+/,
  ),
);
/** An office cut short, such as Del.; initials are shorter. */
const ABBREVIATION = /^\p{L}{2,}\.$/u;
const MOST_WORDS = 6;
const CAPITAL = /^\p{Lu}/u;

/**
 * The name, of two words at least and without title or possessive; null for anything else. `line` is the line of the
 * text that it stands in: in a headline all words have capitals, and a capital says nothing.
 */
export function readSpeakerName(words: string, line: string): string | null {
  if (isHeadline(line)) return null;
  // An apposition tells of the one who is named before it: "Len Burman, head of the center".
  const [head = ''] = words.trim().split(/,\s/);
  const tokens = head
    .replace(/[’']s?$/u, '')
    .split(/\s+/)
    .filter((token) => token !== '');
  while (tokens.length > 0 && TITLES.test(tokens[0] ?? '')) tokens.shift();
  if (tokens.length > MOST_WORDS || !tokens.every(mayBePartOfName)) return null;
  // With its first letter in a capital too, a particle is none of the two: De Blasio is a surname.
  const own = tokens.filter((token) => CAPITAL.test(token) && !isParticle(token));
  const shouted = own.every((token) => token === token.toUpperCase());
  return own.length >= 2 && !shouted && own.includes(tokens.at(-1) ?? '') ? tokens.join(' ') : null;
}

function mayBePartOfName(token: string): boolean {
  if (!/^[\p{L}\p{M}.'’-]+$/u.test(token) || /[’']s?$/u.test(token)) return false;
  if (TITLES.test(token) || (ABBREVIATION.test(token) && !/^(?:jr|sr|st)\.$/i.test(token))) return false;
  if (ROLES.has(token.toLowerCase().replace(/[^\p{L}]/gu, ''))) return false;
  return CAPITAL.test(token) || isParticle(token);
}

function isParticle(token: string): boolean {
  return PARTICLES.has(token.toLowerCase().replace(/['’-].*$/u, ''));
}

const FEWEST_WORDS = 4;
const LONG_WORD = 4;

function isHeadline(line: string): boolean {
  const words = line.match(/[\p{L}\p{M}’'-]+/gu) ?? [];
  const long = words.filter((word) => word.length >= LONG_WORD);
  return words.length >= FEWEST_WORDS && long.every((word) => CAPITAL.test(word));
}
