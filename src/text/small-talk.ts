import { subjectStems } from './content-stems.ts'

/**
 * What people say to be polite: greetings, thanks, farewells, applause. It asks for nothing that was said before, and its
 * words (“good morning”, “no worries”) must not be looked up. Written by hand from general knowledge of the two languages.
 */

const BEGIN = '(?<![\\p{L}\\p{N}])'
const END = '(?![\\p{L}\\p{N}])'
/** Any apostrophe, or none. */
const A = "['’]?"
/** Those who are spoken to. */
const YOU = `(?: (?:there|all|everyone|everybody|guys|folks|again|mate|buddy|bro|dude|friend|my friend|my dear|dear|to you(?: too)?|too))?`
const VERY = '(?:(?:so|very|really|just|truly|pretty|too|the|a|such a|quite) )*'
const GOOD =
  '(?:good|nice|great|lovely|wonderful|pleasant|happy|fantastic|amazing|awesome|beautiful|blessed|restful|safe|merry)'
const TIME =
  '(?:morning|afternoon|evening|night|day|weekend|week|one|time|trip|flight|sleep|rest|dreams|sunday|monday|tuesday|wednesday|thursday|friday|saturday|birthday|anniversary|holidays?|new year|christmas|easter|hanukkah|passover|shabbat)'
const PRAISE =
  '(?:good|nice|great|cool|awesome|amazing|brilliant|excellent|perfect|fantastic|wonderful|lovely|super|smart|clever|funny|hilarious|sweet|kind|helpful|useful|best|genius|legend|star|angel|lifesaver|hero|champ|wise|right|fun|interesting|impressive|incredible|unbelievable|beautiful|cute|crazy|wild|neat|fine|fair|true)'

const ENGLISH = [
  `${GOOD} ${TIME}${YOU}`,
  `(?:have|had|enjoy|wish you|wishing you) ${VERY}(?:${GOOD} )?(?:rest of (?:the|your) )?${TIME}${YOU}`,
  `(?:hello|hiya|hi|hey|heya|howdy|greetings|welcome|yo)${YOU}`,
  `how (?:are|r|is|was|were|have) (?:you|u|ya|things|everything|life|it going|your (?:day|night|morning|evening|week|weekend)|you been)(?: (?:doing|going|feeling|been|today|tonight|these days|so far))*`,
  `how${A}(?:s|ve) (?:it going|it hanging|life|things|everything|you been|your (?:day|night|morning|evening|week|weekend))(?: (?:going|so far|today))*`,
  `(?:did you|you) sleep well|sleep (?:well|tight)|sweet dreams`,
  `what${A}s (?:up|new|good|happening|going on)${YOU}`,
  `(?:nice|good|great|lovely|pleased) (?:to|seeing|meeting|talking|chatting)(?: (?:see|meet|talk|chat|hear)(?:ing)?)?(?: (?:to|with|from))? you`,
  `(?:bye[- ]?bye|bye|goodbye|good bye|farewell|see (?:you|ya)|talk|catch you|cu|ttyl|take care|until)(?: (?:to you|later|soon|tomorrow|then|next time|around|again|for now|now|next week))*`,
  `(?:(?:many|thanks|thank you|thx|ty|cheers)(?: (?:a (?:lot|million|bunch|ton)|so much|very much|again|anyway|in advance|thanks|mate|buddy))*)(?: for (?:(?:all|everything|your|the|that|this|it)(?: (?:your|the))?(?: (?:help|time|support|advice|info|information|answer|reply|patience|tip|heads up))?))?`,
  `(?:i |much |really |i really )appreciate (?:it|that|this|your help)|appreciated`,
  `(?:that|it|this|you)(?:${A}s|${A}ve| was| has| is| really)? (?:really )?help(?:s|ed|ful)(?: (?:me|a lot|so much|very much))*`,
  `(?:you${A}(?:re| are)|ur|that${A}s|that is|that was|this is|it${A}s|what|how) ${VERY}${PRAISE}(?: (?:one|job|work|idea|news|point|stuff|thing|friend|bot|assistant|to me|to hear|of you))*`,
  `${PRAISE} (?:one|job|work|idea|news|stuff|to (?:hear|know))`,
  `(?:sounds?|looks?|seems?) ${VERY}${PRAISE}(?: to me)?`,
  `(?:well|nicely) (?:done|said|played)|bravo|congrats|congratulations|hooray|yay`,
  `(?:i )?(?:love|miss|like) (?:it|you|that|this|u)`,
  `(?:no|not a) (?:worries|problem|prob|biggie|stress)|never ?mind|don${A}t worry(?: about it)?|no thanks|all good|my (?:bad|pleasure)|you${A}(?:re| are) welcome|anytime|any time|of course|fair enough|got it|makes sense|will do|good luck|fingers crossed|for sure|my god|oh my(?: god| gosh)?|omg`,
  `(?:ha){2,}h?|(?:he){2,}|lo+l|lmao|rofl|haha+|wo+w|whoa|oops|hm+|huh|ugh|yep|yup|nope|nah|absolutely|definitely|exactly|indeed|alright|cool|nice|great|perfect|awesome|amazing|fine|excellent|sweet|yes|sure|right`,
  `i${A}(?:m| am) ${VERY}(?:bored|back|here|fine|good|ok|okay|well|great|tired|sleepy|hungry)(?: now| today)?`,
  `(?:tell|give) (?:me|us) (?:a|another|one more) (?:joke|story|riddle|fun fact)|make me laugh|sing (?:me )?a song`,
  `(?:who|what) (?:are|r) (?:you|u)|what${A}?s your name|what (?:can|do|could) you do|are (?:you|u) (?:there|ok|okay|awake|real|human|alive|busy|online|an? (?:robot|bot|human|person|machine|ai|computer|real person|program))(?: for me)?|can you help(?: me)?(?: with something)?|i (?:have|have got|${A}ve got) a question|quick question|i need (?:your |some )?help|just testing|test(?:ing)?(?: 1 2 3)?|anybody (?:there|home)`,
]

const HEBREW_YOU = '(?: (?:לך|לכם|לכולם|לכולן|חבר|חברים|אחי|אחותי|גבר|מותק|יקר|יקרה|גם לך|שוב))?'
const HEBREW = [
  `(?:בוקר|ערב|לילה|יום|שבוע|סוף שבוע|סופש|צהריים|חג|מועדים|שבת|שנה|סופ"ש) (?:טוב|טובה|טובים|נעים|נעימה|מצוין|מקסים|אור|שמח|שלום|לשמחה|מבורך|מבורכת)(?: ומבורך| ומתוקה)?${HEBREW_YOU}`,
  `(?:שלום|היי+|הי|אהלן|הלו|יו|ברוך הבא|ברוכה הבאה|ברוכים הבאים)${HEBREW_YOU}`,
  `מה (?:שלומך|שלומכם|קורה|נשמע|המצב|הולך|העניינים|חדש|איתך|איתכם|אתך)(?: (?:היום|הערב|הבוקר|איתך|אצלך|אחי))*|איך (?:אתה|את|אתם|הולך|היה היום|עבר היום|היה הסופש|ישנת)(?: (?:היום|מרגיש|מרגישה))*|הכל (?:טוב|בסדר)`,
  `(?:ה?תודה|תודות|תנקס)(?: (?:רבה|לך|לכם|ענקית|מראש|שוב|על (?:הכל|העזרה|התשובה|הסבלנות|המידע)))*|(?:אני )?מעריך(?:ה)?(?: את זה)?|(?:ממש |מאוד )?עזרת(?: לי)?(?: (?:מאוד|מאד|ממש|הרבה|המון))*`,
  `להתראות|ביי+|נתראה(?: (?:מחר|אחר כך|בקרוב))?|לילה טוב|חלומות (?:טובים|מתוקים|פז)|שמור על עצמך|שמרי על עצמך|דרך צלחה|נסיעה טובה|בהצלחה|מזל טוב|לחיים|לבריאות|בתיאבון|יום הולדת שמח`,
  `(?:אתה|את|זה|איזה|כמה|היה|פשוט|ממש|מאוד) (?:(?:כל כך|ממש|פשוט|הכי|מאוד) )*(?:אלוף|אלופה|מלך|מלכה|תותח|תותחית|חמוד|חמודה|חכם|חכמה|גדול|גדולה|טוב|טובה|מצוין|מעולה|נהדר|נהדרת|מדהים|מדהימה|גאון|גאונה|מצחיק|מצחיקה|יפה|כיף|נחמד|מושלם|מושלמת|צודק|צודקת|יופי|מגניב)(?: (?:ביותר|מאוד|אחי|בעולם))*`,
  `(?:סבבה|אחלה|יופי|מעולה|מצוין|נהדר|מדהים|מגניב|אלוף|אלופה|גדול|תותח|מושלם|וואו+|ואו+|וואלה|אוקיי?|בסדר(?: גמור)?|בטח|ברור|בהחלט|בדיוק|לגמרי|נכון|כן|לא|הבנתי|קיבלתי|בכיף|בשמחה|על לא דבר|אין בעיה|אין בעד מה|לא נורא|חבל|אוי+|ח{3,}|ח+ה+|לול)(?: (?:אחי|אחותי|בבקשה|תודה|טוב|גדול|לגמרי))*`,
  `משעמם לי|(?:ספר|ספרי|תספר|תספרי) לי (?:בדיחה|סיפור|חידה)|(?:מי|מה) (?:אתה|את)(?: (?:יודע|יודעת|יכול|יכולה)(?: לעשות)?)?|איך קוראים לך|אתה (?:שם|פה|כאן|רובוט|בוט|אנושי|אמיתי|ער)|אפשר לשאול(?: משהו)?|יש לי שאלה`,
]

const SMALL_TALK = new RegExp(`${BEGIN}(?:${[...ENGLISH, ...HEBREW].join('|')})${END}`, 'giu')
const NO_WORD = '[^\\p{L}\\p{N}]*'
/** How people begin before they come to what they want. */
const OPENING = new RegExp(
  `^${NO_WORD}(?:(?:hello|hi|hey|thanks|thank you|good (?:morning|afternoon|evening|night)|שלום|היי|תודה(?: רבה)?|(?:בוקר|ערב|לילה) טוב)${END}${NO_WORD})+`,
  'iu',
)
/** Ends of clauses. */
const CLAUSE = /[^.!?,;:…\n–—]+[.!?,;:…\n–—]*/gu

/**
 * A text without what is said to be polite: nothing is left of “Hi, good morning!”. A clause goes only where it holds
 * nothing else: “How was the good day at the lake?” stays.
 */
export const withoutSmallTalk = (text: string): string =>
  text
    .replace(CLAUSE, clause => (subjectStems(clause.replace(SMALL_TALK, ' ')).length === 0 ? ' ' : clause))
    .replace(OPENING, '')
