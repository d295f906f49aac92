/** Made-up words and names in which letters, lengths and frequencies are as in the languages they stand for. */
import type { Draw } from './draw.ts';
import { buildZipf } from './draw.ts';

export type Language = 'en' | 'ru' | 'fa';

/** The commonest words of each language, which carry its sentences; the rest are made up. */
const COMMON: Record<Language, string> = {
  en: 'the of to and a in that is for on was with as it be by at from have not are this will has we which his they their its had been our more who would or all but you than about there were also new one could other what after when can no if over into out only some two any government country people security war talks policy region sanctions agreement economy years minister president states nuclear trade oil report pressure international military foreign power support',
  ru: 'и в не на что с по как это но для от из за мы их был его или мир страна война договор переговоры безопасность правительство народ экономика политика президент министр',
  fa: 'و در به از که این را با است برای آن یک خود تا بر هم نیز ما شد دولت کشور مردم امنیت جنگ مذاکرات سیاست منطقه تحریم توافق اقتصاد رئیس وزیر',
};
const SYLLABLES: Record<Language, string> = {
  en: 'ba be bi bo ca ce co cu da de di do du fa fe fi fo ga ge go ha he hi ho ka ke la le li lo lu ma me mi mo mu na ne ni no nu pa pe po ra re ri ro ru sa se si so su ta te ti to tu va ve vi vo wa we',
  ru: 'ба бе бо ва ве во га го да де до жа за зе ка ко ла ле ло лю ма ме мо на не но па пе по ра ре ро са се со та те то фа ха ча ша',
  fa: 'با بو تا تو جا دا رو را زا زی سا سو شا شی کا کو گا لا لو ما مو می نا نو وا یا هی خا فا',
};
const ENDINGS: Record<Language, string> = {
  en: 'n r s t l d th nt rs ng st ly tion ment al ed ing er',
  ru: 'н р с т л д ия ость ение ый ов',
  fa: 'ن ر س ت ل د م ان ها یی',
};
const VOCABULARY: Record<Language, number> = { en: 30_000, ru: 5_000, fa: 5_000 };

export type Words = {
  /** A made-up word of Zipf's rank. */
  drawWord: (language: Language) => string;
  /** So many words, without capitals or stops. */
  drawWords: (language: Language, count: number) => string;
  /** A given name and a family name. */
  drawName: (language: Language) => string;
};

export function buildWords(draw: Draw): Words {
  const lexicons = new Map<Language, { words: string[]; rank: () => number }>();
  for (const language of ['en', 'ru', 'fa'] as const) {
    const words = new Set(COMMON[language].split(' '));
    while (words.size < VOCABULARY[language]) words.add(makeWord(draw, language));
    lexicons.set(language, { words: [...words], rank: buildZipf(draw, words.size, 1.05) });
  }
  const drawWord = (language: Language): string => {
    const { words, rank } = lexicons.get(language) as { words: string[]; rank: () => number };
    return words[rank()] as string;
  };
  return {
    drawWord,
    drawWords: (language, count) => {
      let text = drawWord(language);
      for (let n = 1; n < count; n += 1) text += ` ${drawWord(language)}`;
      return text;
    },
    drawName: (language) =>
      `${capitalize(makeWord(draw, language))} ${capitalize(makeWord(draw, language) + draw.pick(['ov', 'ani', 'er', 'son', 'ez', 'ian']))}`,
  };
}

function makeWord(draw: Draw, language: Language): string {
  const syllables = SYLLABLES[language].split(' ');
  let word = '';
  for (let n = draw.between(1, 3); n > 0; n -= 1) word += draw.pick(syllables);
  return word + draw.pick(ENDINGS[language].split(' '));
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
