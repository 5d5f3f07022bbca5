/**
 * Summaries of sessions as they are kept in long-term memory, each with questions that one of its facts answers. A
 * question belongs to its own summary and to no other.
 */
export interface QuestionedSummary {
  readonly language: 'en' | 'he'
  readonly summary: string
  readonly questions: readonly string[]
}

export const QUESTIONED_SUMMARIES: readonly QuestionedSummary[] = [
  {
    language: 'en',
    summary: `- My dog is called Rex and he is afraid of thunder
- He sleeps under the kitchen table when it storms
- The vet gave him drops for his left ear
- We adopted him from a shelter four years ago
- He weighs thirty kilos and should lose three
- My neighbour Avi walks him on Tuesdays
- He hates the vacuum cleaner too
Context: a talk about the dog on 3 October, six messages.`,
    questions: [
      'What is my dog afraid of?',
      'What is the name of my dog?',
      'Who walks the dog on Tuesdays?',
      'Where did we adopt Rex from?',
      'What did the vet give him for the ear?',
    ],
  },
  {
    language: 'en',
    summary: `- The user's sister Dana lives in Haifa with her husband Yossi.
- Dana works as a nurse at Rambam hospital.
- Their twins, Maya and Noam, start first grade in September.
- Yossi is building a pergola and asked for a drill.
- The user promised to visit for the holidays.
- Dana is vegetarian; the twins love pasta.
- The user usually takes the train from Tel Aviv, it takes an hour.
- Her birthday is on the ninth of May.
- She collects old postcards from Italy.
Context: planning a family visit; the tone was warm.`,
    questions: [
      'Where does Dana live?',
      'What work does my sister do?',
      'What are the names of the twins?',
      "When is Dana's birthday?",
      'What does Dana collect?',
      'Who asked me for a drill?',
    ],
  },
  {
    language: 'en',
    summary: `- My flight to Lisbon leaves on the 14th of March at 6:40 in the morning
- The booking code is QX7RTL
- I have a window seat, 23A
- We are staying at Hotel Miradouro for five nights
- I want to see the oceanarium and eat pastel de nata
- My passport expires in November
- Ruth is allergic to shellfish so we must be careful in restaurants
- The travel insurance is with Harel
- We rent a car from the airport for two days
Context: preparing a trip, eleven messages.`,
    questions: [
      'When does my flight to Lisbon leave?',
      'What is my booking code?',
      'Which hotel are we staying at?',
      'What is Ruth allergic to?',
      'When does my passport expire?',
      'Which seat do I have on the plane?',
    ],
  },
  {
    language: 'en',
    summary: `- The user takes metformin 500 mg twice a day.
- The doctor's name is Levinson and the clinic is on Weizmann street.
- The last blood test showed a cholesterol of 210.
- The user is allergic to penicillin.
- The next appointment is on Monday at 8:15.
- Knee pain started after running in the winter.
- The physiotherapist recommended swimming.
- The user stopped drinking coffee after noon because of bad sleep.
Context: health; the user asked to be reminded of the appointment.`,
    questions: [
      'How much metformin do I take?',
      "What's the name of my doctor?",
      'What was my cholesterol?',
      'Which medicine am I allergic to?',
      'When is my next appointment at the clinic?',
      'What did the physiotherapist recommend?',
    ],
  },
  {
    language: 'en',
    summary: `- I work at a startup called Brightloom as a data engineer
- My manager is Priya and she is based in Dublin
- The quarterly review is in the last week of June
- We are moving from Airflow to Dagster
- My salary went up by eight percent in January
- The laptop's asset number is BL-2291
- I am on call every third weekend
- Our office closes at seven because of the alarm
- Tomer is leaving the team and I will take over the billing pipeline
Context: about work, fourteen messages.`,
    questions: [
      'What company do I work for?',
      'Who is my manager?',
      'When is the quarterly review?',
      'What is the asset number of my laptop?',
      'Who is leaving the team?',
      'How much did my salary go up?',
    ],
  },
  {
    language: 'en',
    summary: `- Grandma's honey cake: four eggs, a cup of honey, two cups of flour, one spoon of cinnamon.
- It bakes for fifty minutes at 170 degrees.
- The glaze is lemon juice with powdered sugar.
- The user burnt the last one because the oven runs hot.
- For the dinner on Friday there will be nine guests.
- Shira brings the wine and Omer the salads.
- The user wants to try sourdough bread next.
Context: cooking.`,
    questions: [
      'How long does the honey cake bake?',
      'How many eggs go into the cake?',
      'Who brings the wine on Friday?',
      'How many guests are coming to dinner?',
      'What is the glaze made of?',
    ],
  },
  {
    language: 'en',
    summary: `- The car is a white Mazda 3 from 2016, plate 45-882-31
- The next service is due at 120,000 kilometres
- The garage is run by Salim, next to the post office
- The front left tyre loses air
- Insurance ends on the first of August
- I park on level minus two, spot 114
- The radio code is 7741
Context: about the car.`,
    questions: [
      'What is the plate of my car?',
      'When does the car insurance end?',
      'Which tyre loses air?',
      'Where do I park?',
      'What is the radio code?',
      'Who runs the garage?',
    ],
  },
  {
    language: 'en',
    summary: `- The user is learning the cello and practises half an hour every evening.
- The teacher is Mrs. Abramov; lessons are on Wednesdays at five.
- The recital is on 20 June and the piece is The Swan by Saint-Saëns.
- A string broke last week; the user buys Larsen strings.
- The user's favourite composer is Schubert.
- The neighbours complained once about noise.
Context: music lessons.`,
    questions: [
      'Which instrument am I learning?',
      'When are my cello lessons?',
      'What piece do I play at the recital?',
      'Who is my favourite composer?',
      'What strings do I buy?',
    ],
  },
  {
    language: 'en',
    summary: `- We are painting the bedroom in sage green, colour number 4172
- The plumber Eitan comes on Thursday between ten and noon
- The washing machine leaks at the back
- The new sofa costs 4,900 shekels and arrives in three weeks
- The landlord agreed to fix the balcony door
- Rent goes up to 6,200 from September
- The wifi password is bluelemon42
- The spare keys are with Mrs. Cohen on the second floor
Context: the flat, twelve messages about repairs and moving furniture.`,
    questions: [
      'Which colour are we painting the bedroom?',
      'When does the plumber come?',
      'How much does the new sofa cost?',
      'What is the wifi password?',
      'Who has the spare keys?',
      'What did the landlord agree to fix?',
    ],
  },
  {
    language: 'en',
    summary: `- My daughter Noa turned six and wants a bicycle with a basket
- She is in Mrs. Levy's class and her best friend is called Yael
- The school play is on the second of December and Noa is a squirrel in it
- I need to sew the costume and have no brown fabric yet
- My son Itay broke his wrist on the climbing frame and has a cast until the new year
- Itay reads nothing but books about volcanoes and submarines
- The babysitter is Keren, she costs 55 shekels an hour and cannot come on Sundays
- We are thinking of getting a hamster but my partner is against it
- The swimming club moved to the pool on Herzl street
- The dentist said that Noa needs a filling in an upper molar
- Grandpa Moshe picks them up on Thursdays in his old Subaru
- They are only allowed television after homework
- Itay owes the library a fine of twelve shekels for a lost atlas
- The parents' committee asked me to organise the trip to the planetarium
- I promised pancakes for Saturday breakfast
Context: a long evening talk about the children, school and the week ahead; thirty messages, the user sounded tired but cheerful.`,
    questions: [
      'What does Noa want for her birthday, a bicycle?',
      'Who is the babysitter?',
      'What role does Noa have in the school play?',
      'How did Itay break his wrist?',
      'What fine does Itay owe the library?',
      'What did the dentist say about the molar?',
      'Where did the swimming club move?',
      'Who picks the children up on Thursdays?',
    ],
  },
  {
    language: 'he',
    summary: `- לכלב שלי קוראים רקס והוא מפחד מרעמים
- הוא ישן מתחת לשולחן במטבח
- הווטרינרית נתנה לו טיפות לאוזן
- אימצנו אותו מעמותה לפני ארבע שנים
- השכן אבי מוציא אותו בימי שלישי
הקשר: שיחה על הכלב, שש הודעות.`,
    questions: [
      'ממה הכלב שלי מפחד?',
      'איך קוראים לכלב שלי?',
      'מי מוציא את הכלב ביום שלישי?',
      'מה הווטרינרית נתנה לאוזן?',
    ],
  },
  {
    language: 'he',
    summary: `- אחותי דנה גרה בחיפה עם בעלה יוסי
- היא עובדת כאחות בבית החולים רמב״ם
- התאומים מתחילים כיתה א בספטמבר
- יום ההולדת של דנה הוא בתשעה במאי
- דנה צמחונית
- נוסעים אליה ברכבת מתל אביב
הקשר: תכנון ביקור משפחתי.`,
    questions: [
      'איפה דנה גרה?',
      'מתי יום ההולדת של דנה?',
      'באיזה בית חולים אחותי עובדת?',
      'באיזו כיתה מתחילים התאומים?',
    ],
  },
  {
    language: 'he',
    summary: `- הטיסה לליסבון יוצאת ב-14 במרץ בשש ארבעים בבוקר
- קוד ההזמנה הוא QX7RTL
- אנחנו ישנים במלון מירדורו חמישה לילות
- הדרכון שלי פג בנובמבר
- רות אלרגית לפירות ים
- שוכרים רכב משדה התעופה ליומיים
הקשר: הכנות לנסיעה.`,
    questions: [
      'מתי הטיסה לליסבון?',
      'מה קוד ההזמנה שלי?',
      'למה רות אלרגית?',
      'באיזה מלון אנחנו ישנים?',
      'מתי פג הדרכון?',
    ],
  },
  {
    language: 'he',
    summary: `- הסיסמה של האינטרנט בבית היא לימון42
- האינסטלטור איתן מגיע ביום חמישי בין עשר לשתים עשרה
- מכונת הכביסה נוזלת מאחור
- הספה החדשה עולה 4900 שקלים
- המפתחות הרזרביים אצל גברת כהן בקומה השנייה
- בעל הדירה הסכים לתקן את דלת המרפסת
הקשר: תיקונים בדירה.`,
    questions: ['מה הסיסמה של האינטרנט?', 'מתי האינסטלטור מגיע?', 'כמה עולה הספה?', 'אצל מי המפתחות הרזרביים?'],
  },
  {
    language: 'he',
    summary: `- הבת שלי נועה בת שש ורוצה אופניים עם סלסלה
- המורה שלה היא גברת לוי והחברה הכי טובה שלה יעל
- ההצגה בבית הספר בשני בדצמבר ונועה משחקת סנאי
- אני צריכה לתפור את התחפושת ועוד אין לי בד חום
- הבן שלי איתי שבר את היד ויש לו גבס עד אחרי החנוכה
- איתי קורא רק ספרים על הרי געש וצוללות
- הבייביסיטר היא קרן, היא לוקחת 55 שקל לשעה
- אנחנו חושבים לקנות אוגר אבל בן הזוג שלי מתנגד
- חוג השחייה עבר לבריכה ברחוב הרצל
- רופא השיניים אמר שנועה צריכה סתימה
- סבא משה אוסף אותם בימי חמישי בסובארו הישנה
- טלוויזיה רק אחרי שיעורי בית
- איתי חייב לספרייה קנס של שנים עשר שקלים על אטלס שאבד
- ועד ההורים ביקש ממני לארגן את הטיול לפלנטריום
- הבטחתי פנקייקים לארוחת הבוקר בשבת
הקשר: שיחה ארוכה בערב על הילדים, בית הספר והשבוע; שלושים הודעות.`,
    questions: [
      'מי הבייביסיטר שלנו?',
      'מה נועה משחקת בהצגה?',
      'איזה קנס איתי חייב לספרייה?',
      'לאן עבר חוג השחייה?',
      'מה אמר רופא השיניים על נועה?',
    ],
  },
]

/** Questions and remarks that none of the summaries has anything to do with. */
export const UNRELATED: Readonly<Record<'en' | 'he', readonly string[]>> = {
  en: [
    "What's the weather like today?",
    'Tell me a joke',
    'How tall is Mount Everest?',
    'Write a poem about the sea',
    'Who won the football match last night?',
    'Translate good evening into French',
    'What is the capital of Mongolia?',
    'Thanks, that was helpful!',
    'How do I reset a forgotten Excel macro?',
    'Explain quantum entanglement in one sentence',
    'Can you recommend a science fiction novel?',
    'What year did the Berlin wall fall?',
  ],
  he: [
    'מה מזג האוויר היום?',
    'ספר לי בדיחה',
    'מה גובה האוורסט?',
    'מי ניצח במשחק הכדורגל אתמול?',
    'תמליץ לי על ספר מתח',
    'תודה רבה, עזרת לי מאוד!',
  ],
}

export interface Pair {
  readonly question: string
  readonly text: string
}

/** Every question with its own summary. */
export const RELATED_PAIRS: readonly Pair[] = QUESTIONED_SUMMARIES.flatMap(({ summary, questions }) =>
  questions.map(question => ({ question, text: summary })),
)

/** Every question, and every unrelated remark, with all other summaries of its language. */
export const UNRELATED_PAIRS: readonly Pair[] = QUESTIONED_SUMMARIES.flatMap(({ summary, language }) =>
  [
    ...UNRELATED[language],
    ...QUESTIONED_SUMMARIES.filter(each => each.language === language && each.summary !== summary).flatMap(
      each => each.questions,
    ),
  ].map(question => ({ question, text: summary })),
)
