/**
 * Facts as people tell them and as an extractor may word them, in English and Hebrew, made by a seed: one person speaks
 * about themselves and their relatives. Each fact has several ways to be said and several to be written down; those of
 * which somebody has one at a time may change later.
 */
import { random } from './random-text.ts'

export type Language = 'en' | 'he'

export interface CorpusFact {
  /** Unique: whose, what, which value. */
  readonly key: string
  readonly language: Language
  /** What the person says. */
  readonly sayings: readonly string[]
  /** The words of it that prove the fact. */
  readonly quote: string
  /** How the extractor may word it; the speaker is Dana Levi. */
  readonly wordings: readonly string[]
  /** The fact of the same thing that holds later, and ends this one. */
  readonly next?: CorpusFact
}

/** Whose fact: as the person says it, and as the extractor writes it. */
interface Subject {
  readonly said: string
  readonly written: string
  readonly self: boolean
  readonly female: boolean
}

interface Kind {
  readonly name: string
  readonly values: readonly string[]
  readonly changes: boolean
  say(subject: Subject, value: string): readonly string[]
  write(subject: Subject, value: string): readonly string[]
}

/** Of each subject: verb forms and possessives. */
const en = (
  s: Subject,
): { is: string; live: string; work: string; like: string; has: string; my: string; s: string } =>
  s.self
    ? { is: 'am', live: 'live', work: 'work', like: 'like', has: 'have', my: 'my', s: '' }
    : { is: 'is', live: 'lives', work: 'works', like: 'likes', has: 'has', my: `${s.said}'s`, s: 's' }

const ENGLISH: readonly Kind[] = [
  {
    name: 'home',
    changes: true,
    values: [
      'Haifa',
      'Eilat',
      'Lisbon',
      'Berlin',
      'Ashdod',
      'Oslo',
      'Kyoto',
      'Leeds',
      'Porto',
      'Quito',
      'Turin',
      'Vienna',
    ],
    say: (s, v) => [`${s.said} ${en(s).live} in ${v}`, `${en(s).my} home is in ${v}`, `${s.said} moved to ${v}`],
    write: (s, v) => [
      `${s.written} lives in ${v}.`,
      `${s.written} resides in ${v}`,
      `${s.written}'s home is in ${v}.`,
      `${s.written} is currently living in the city of ${v}.`,
      `${v} is where ${s.written} lives.`,
    ],
  },
  {
    name: 'employer',
    changes: true,
    values: [
      'Intel',
      'Brightloom',
      'the post office',
      'a bakery',
      'Elbit',
      'Rambam hospital',
      'Teva',
      'a law firm',
      'Wix',
      'Strauss',
    ],
    say: (s, v) => [`${s.said} ${en(s).work} at ${v}`, `${s.said} got a job at ${v}`],
    write: (s, v) => [
      `${s.written} works at ${v}.`,
      `${s.written} is employed by ${v}`,
      `${s.written} has a job with ${v}.`,
      `${s.written}'s employer is ${v}.`,
    ],
  },
  {
    name: 'colour',
    changes: true,
    values: ['green', 'sage', 'crimson', 'navy', 'orange', 'violet', 'teal', 'black', 'ivory', 'yellow'],
    say: (s, v) => [`${en(s).my} favourite colour is ${v}`, `${v} is ${en(s).my} favourite colour`],
    write: (s, v) => [
      `${s.written}'s favourite colour is ${v}.`,
      `The favorite colour of ${s.written} is ${v}`,
      `${v.charAt(0).toUpperCase()}${v.slice(1)} is ${s.written}'s favourite colour.`,
    ],
  },
  {
    name: 'allergy',
    changes: false,
    values: ['peanuts', 'penicillin', 'cats', 'pollen', 'shellfish', 'latex', 'sesame', 'aspirin', 'kiwi', 'dust'],
    say: (s, v) => [`${s.said} ${en(s).is} allergic to ${v}`],
    write: (s, v) => [
      `${s.written} is allergic to ${v}.`,
      `${s.written} has an allergy to ${v}`,
      `${s.written} suffers from a ${v} allergy.`,
    ],
  },
  {
    name: 'likes',
    changes: false,
    values: [
      'sushi',
      'long hikes',
      'jazz',
      'old maps',
      'chess',
      'mint tea',
      'gardening',
      'detective novels',
      'swimming',
      'olives',
    ],
    say: (s, v) => [`${s.said} ${en(s).like} ${v}`, `${s.said} really enjoy${en(s).s} ${v}`],
    write: (s, v) => [
      `${s.written} likes ${v}.`,
      `${s.written} enjoys ${v}`,
      `${s.written} is fond of ${v}.`,
      `${s.written} is a fan of ${v}.`,
    ],
  },
  {
    name: 'dislikes',
    changes: false,
    values: [
      'coriander',
      'loud parties',
      'horror films',
      'early mornings',
      'liver',
      'queues',
      'karaoke',
      'techno',
      'raisins',
      'ironing',
    ],
    say: (s, v) => [`${s.said} hate${en(s).s} ${v}`, `${s.said} can't stand ${v}`],
    write: (s, v) => [
      `${s.written} hates ${v}.`,
      `${s.written} dislikes ${v}`,
      `${s.written} does not like ${v}.`,
      `${s.written} cannot stand ${v}.`,
    ],
  },
  {
    name: 'birthday',
    changes: false,
    values: [
      'May 3',
      'June 14',
      'July 21',
      'March 30',
      'April 9',
      'August 12',
      'October 2',
      'December 25',
      'January 7',
      'November 19',
    ],
    say: (s, v) => [`${en(s).my} birthday is on ${v}`],
    write: (s, v) => [
      `${s.written}'s birthday is on ${v}.`,
      `${s.written} celebrates their birthday on ${v}`,
      `${s.written} was born on ${v.replace(/(\w+) (\d+)/, (_, month: string, day: string) => `the ${day}${ordinal(day)} of ${month}`)}.`,
    ],
  },
  {
    name: 'fear',
    changes: false,
    values: [
      'spiders',
      'thunder',
      'heights',
      'dogs',
      'needles',
      'flying',
      'snakes',
      'the dark',
      'clowns',
      'deep water',
    ],
    say: (s, v) => [`${s.said} ${en(s).is} afraid of ${v}`, `${s.said} ${en(s).is} scared of ${v}`],
    write: (s, v) => [`${s.written} is afraid of ${v}.`, `${s.written} has a fear of ${v}`, `${s.written} fears ${v}.`],
  },
  {
    name: 'language',
    changes: false,
    values: ['Spanish', 'Arabic', 'Polish', 'Dutch', 'Amharic', 'Russian', 'Greek', 'Thai', 'Czech', 'Danish'],
    say: (s, v) => [`${s.said} speak${en(s).s} ${v}`],
    write: (s, v) => [
      `${s.written} speaks ${v}.`,
      `${s.written} is fluent in ${v}`,
      `${s.written} speaks fluent ${v}.`,
    ],
  },
  {
    name: 'past home',
    changes: false,
    values: ['Haifa', 'Leeds', 'Porto', 'Oslo', 'Quito', 'Turin', 'Eilat', 'Kyoto', 'Berlin', 'Lisbon'],
    say: (s, v) => [`${s.said} used to live in ${v}`, `${s.said} lived in ${v}`],
    write: (s, v) => [
      `${s.written} used to live in ${v}.`,
      `${s.written} lived in ${v}`,
      `${s.written} formerly lived in ${v}.`,
    ],
  },
  {
    name: 'old shoes',
    changes: false,
    values: ['30', '31', '32', '33', '34', '46', '47', '48', '49', '50'],
    say: (s, v) => [`${s.said} paid ${v} shekels for shoes`],
    write: (s, v) => [`${s.written} paid ${v} shekels for shoes.`, `${s.written} paid ${v} shekels for the shoes`],
  },
  {
    name: 'size',
    changes: true,
    values: ['36', '37', '38', '39', '40', '41', '42', '43', '44', '45'],
    say: (s, v) => [`${en(s).my} shoe size is ${v}`],
    write: (s, v) => [
      `${s.written}'s shoe size is ${v}.`,
      `${s.written} has a shoe size of ${v}`,
      `The shoe size of ${s.written} is now ${v}.`,
    ],
  },
]

const ordinal = (day: string): string => (day === '3' ? 'rd' : day === '2' ? 'nd' : day === '21' ? 'st' : 'th')

interface HebrewForms {
  readonly lives: string
  readonly works: string
  readonly likes: string
  readonly allergic: string
  readonly moved: string
  readonly of: string
  readonly afraid: string
}

const he = (s: Subject): HebrewForms => ({
  lives: s.female ? 'גרה' : 'גר',
  works: s.female ? 'עובדת' : 'עובד',
  likes: s.female ? 'אוהבת' : 'אוהב',
  allergic: s.female ? 'אלרגית' : 'אלרגי',
  moved: s.self ? 'עברתי' : s.female ? 'עברה' : 'עבר',
  of: s.self ? 'שלי' : `של ${s.said}`,
  afraid: s.female ? 'מפחדת' : 'מפחד',
})

const HEBREW: readonly Kind[] = [
  {
    name: 'home',
    changes: true,
    values: ['חיפה', 'אילת', 'ירושלים', 'נתניה', 'אשדוד', 'ברלין', 'צפת', 'עכו', 'טבריה', 'ערד', 'לונדון', 'פריז'],
    say: (s, v) => [`${s.said} ${he(s).lives} ב${v}`, `${s.said} ${he(s).moved} ל${v}`],
    write: (s, v) => [
      `${s.written} ${he(s).lives} ב${v}.`,
      `${s.written} ${s.female ? 'מתגוררת' : 'מתגורר'} בעיר ${v}`,
      `${s.written} ${s.female ? 'עברה' : 'עבר'} לגור ב${v}.`,
      `מקום המגורים של ${s.written} הוא ${v}.`,
    ],
  },
  {
    name: 'employer',
    changes: true,
    values: ['אינטל', 'טבע', 'הדואר', 'מאפייה', 'אלביט', 'שטראוס', 'העירייה', 'רפאל', 'הטכניון', 'בזק'],
    say: (s, v) => [`${s.said} ${he(s).works} ב${v}`],
    write: (s, v) => [
      `${s.written} ${he(s).works} ב${v}.`,
      `${s.written} ${s.female ? 'מועסקת' : 'מועסק'} ב${v}`,
      `מקום העבודה של ${s.written} הוא ${v}.`,
    ],
  },
  {
    name: 'allergy',
    changes: false,
    values: ['בוטנים', 'פניצילין', 'חתולים', 'אבק', 'שומשום', 'קיווי', 'דבורים', 'אספירין', 'תותים', 'לטקס'],
    say: (s, v) => [`${s.said} ${he(s).allergic} ל${v}`],
    write: (s, v) => [
      `${s.written} ${he(s).allergic} ל${v}.`,
      `יש ל${s.written} אלרגיה ל${v}`,
      `${s.written} ${s.female ? 'רגישה' : 'רגיש'} ל${v}.`,
    ],
  },
  {
    name: 'likes',
    changes: false,
    values: ['סושי', 'שחמט', "ג'אז", 'גינון', 'שחייה', 'זיתים', 'תה נענע', 'טיולים ארוכים', 'מפות עתיקות', 'ספרי מתח'],
    say: (s, v) => [`${s.said} ${he(s).likes} ${v}`, `${s.said} ממש ${he(s).likes} ${v}`],
    write: (s, v) => [
      `${s.written} ${he(s).likes} ${v}.`,
      `${s.written} ${s.female ? 'חובבת' : 'חובב'} ${v}`,
      `${s.written} ${s.female ? 'נהנית' : 'נהנה'} מ${v}.`,
    ],
  },
  {
    name: 'fear',
    changes: false,
    values: ['כלבים', 'גבהים', 'נחשים', 'רעמים', 'טיסות', 'מעליות', 'עכבישים', 'חושך', 'מחטים', 'קהל'],
    say: (s, v) => [`${s.said} ${he(s).afraid} מ${v}`],
    write: (s, v) => [
      `${s.written} ${he(s).afraid} מ${v}.`,
      `${s.written} ${s.female ? 'פוחדת' : 'פוחד'} מ${v}`,
      `${s.written} ${s.female ? 'חוששת' : 'חושש'} מ${v}.`,
    ],
  },
  {
    name: 'language',
    changes: false,
    values: ['ספרדית', 'ערבית', 'פולנית', 'הולנדית', 'אמהרית', 'רוסית', 'יוונית', 'דנית', 'צרפתית', 'איטלקית'],
    say: (s, v) => [`${s.said} ${s.female ? 'דוברת' : 'דובר'} ${v}`],
    write: (s, v) => [
      `${s.written} ${s.female ? 'דוברת' : 'דובר'} ${v}.`,
      `${s.written} ${s.female ? 'מדברת' : 'מדבר'} ${v}`,
    ],
  },
  {
    name: 'dislikes',
    changes: false,
    values: ['כוסברה', 'תורים', 'כבד', 'צימוקים', 'גיהוץ', 'קריוקי', 'פקקים', 'חצילים', 'רעש', 'גשם'],
    say: (s, v) => [`${s.said} לא ${he(s).likes} ${v}`, `${s.said} ${s.female ? 'שונאת' : 'שונא'} ${v}`],
    write: (s, v) => [`${s.written} לא ${he(s).likes} ${v}.`, `${s.written} ${s.female ? 'שונאת' : 'שונא'} ${v}`],
  },
  {
    name: 'size',
    changes: true,
    values: ['36', '37', '38', '39', '40', '41', '42', '43', '44', '45'],
    say: (s, v) => [`מידת הנעליים ${he(s).of} היא ${v}`],
    write: (s, v) => [
      `מידת הנעליים של ${s.written} היא ${v}.`,
      `מידת הנעליים של ${s.written} היא עכשיו ${v}`,
      `מידת נעליים של ${s.written} היא ${v}.`,
    ],
  },
]

const SUBJECTS: Readonly<Record<Language, readonly Subject[]>> = {
  en: [
    ['I', 'Dana', true, true],
    ['my sister Noa', "Dana's sister Noa", false, true],
    ['my brother Tom', "Dana's brother Tom", false, false],
    ['my cousin Ruth', "Dana's cousin Ruth", false, true],
    ['my boss Carl', "Dana's boss Carl", false, false],
    ['my neighbour Amy', "Dana's neighbour Amy", false, true],
    ['my uncle Dov', "Dana's uncle Dov", false, false],
    ['my friend Ella', "Dana's friend Ella", false, true],
    ['my friend Gil', "Dana's friend Gil", false, false],
    ['my aunt Ida', "Dana's aunt Ida", false, true],
  ].map(([said, written, self, female]) => ({ said, written, self, female }) as Subject),
  he: [
    ['אני', 'דנה', true, true],
    ['אחותי נועה', 'אחותה של דנה נועה', false, true],
    ['אחי תומר', 'אחיה של דנה תומר', false, false],
    ['בת דודתי רותי', 'בת דודתה של דנה רותי', false, true],
    ['הבוס קובי', 'הבוס של דנה קובי', false, false],
    ['השכנה עדה', 'השכנה של דנה עדה', false, true],
    ['סבא יעקב', 'סבא של דנה יעקב', false, false],
    ['החברה שירה', 'החברה של דנה שירה', false, true],
    ['החבר גלעד', 'החבר של דנה גלעד', false, false],
    ['הגיסה מירב', 'הגיסה של דנה מירב', false, true],
  ].map(([said, written, self, female]) => ({ said, written, self, female }) as Subject),
}

const KINDS: Readonly<Record<Language, readonly Kind[]>> = { en: ENGLISH, he: HEBREW }

/** A hundred facts of one person and their relatives in a language; half of those that may change do. */
export const factCorpus = (seed: number, language: Language): readonly CorpusFact[] => {
  const { below } = random(seed)
  const make = (kind: Kind, subject: Subject, value: string): CorpusFact => {
    const sayings = kind.say(subject, value)
    const key = `${language}/${subject.written}/${kind.name}/${value}`
    return { key, language, sayings, quote: sayings[0] ?? '', wordings: kind.write(subject, value) }
  }
  return KINDS[language].flatMap(kind => {
    const first = below(kind.values.length)
    return SUBJECTS[language].map((subject, index) => {
      // Values repeat over relatives, so that facts share most of their words.
      const value = kind.values[(first + Math.floor(index / 2)) % kind.values.length] ?? ''
      const later = kind.values[(first + 6 + (index % 3)) % kind.values.length] ?? ''
      const fact = make(kind, subject, value)
      return kind.changes && below(2) === 0 && later !== value ? { ...fact, next: make(kind, subject, later) } : fact
    })
  })
}
