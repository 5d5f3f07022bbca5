/**
 * How people put everyday facts, in English and Hebrew: each row is one attribute with its wordings. A wording names the
 * value `v`; what stands around it says whose attribute it is. Texts come with one space between words, lower case, no
 * punctuation, common Hebrew letter forms, and `me` for the speaker.
 */
export interface Attribute {
  readonly name: string
  /** Whether somebody has one of it at a time, so that another value ends the one before. */
  readonly single: boolean
  readonly wordings: readonly RegExp[]
}

const FINAL_FORMS: Readonly<Record<string, string>> = { ך: 'כ', ם: 'מ', ן: 'נ', ף: 'פ', ץ: 'צ' }

/** Whole words only; Hebrew is written naturally below. */
const wording = (source: string): RegExp =>
  new RegExp(`(?<!\\S)${source.replace(/[ךםןףץ]/g, letter => FINAL_FORMS[letter] ?? letter)}(?!\\S)`)

const row = (name: string, single: boolean, ...wordings: readonly string[]): Attribute => ({
  name,
  single,
  wordings: wordings.map(wording),
})

/** Things of which a person has one, told as "my … is …". */
const PROPERTY =
  '(?<what>(?:date of birth|birthday|age|(?:phone|mobile|cell|account|flight|passport|room|locker|id) number|phone|number|email|e mail|address|password|passcode|pin|code|(?:shoe |shirt |ring |dress )?size|blood (?:type|group)|height|weight|budget|salary|rent|deadline|wifi password|nickname|middle name|last name|surname|postcode|zip code|license plate|licence plate|plate))'
const PROPERTY_HE =
  '(?<what>ה?(?:יום ההולדת|יום הולדת|תאריך הלידה|גיל|מספר הטלפון|מספר טלפון|מספר החשבון|מספר הדרכון|מספר|טלפון|מייל|אימייל|כתובת|סיסמה|סיסמת הוויפיי|קוד|מידת הנעליים|מידת נעליים|מידה|סוג הדם|סוג דם|גובה|משקל|תקציב|משכורת|שכר הדירה|כינוי|מיקוד))'
const EVENT =
  '(?<what>(?:\\S+ )?(?:appointment|meeting|flight|exam|test|wedding|interview|party|dinner|trip|surgery|lesson|concert|visit))'
const EVENT_HE = '(?<what>ה?(?:תור|פגישה|טיסה|מבחן|חתונה|ראיון|מסיבה|ארוחה|נסיעה|ניתוח|שיעור|הופעה|ביקור)(?: ה?\\S+)?)'
const BE = '(?:is|are|was changed to|changed to|is now|became|becomes|has become)'
const BE_HE = '(?:הוא|היא|הם|הן|זה|עכשיו|השתנה ל|השתנתה ל)'

/** In order: the first wording that fits is taken. */
export const ATTRIBUTES: readonly Attribute[] = [
  row(
    'when',
    false,
    `${EVENT} (?:is|has been|was|got|will be|takes place) ?(?:now )?(?:scheduled |set |moved |postponed |rescheduled |changed |pushed )?(?:on|at|for|to|until) (?<v>.+)`,
    `${EVENT_HE} (?:של (?<who>\\S+) )?(?:נקבע|נקבעה|נדחה|נדחתה|הוקדם|הוקדמה|הועבר|הועברה|עבר|עברה|מתקיים|מתקיימת|יתקיים) (?<v>.+)`,
  ),
  row(
    'home',
    true,
    '(?:live|lives|living|reside|resides|residing|dwells?|settled|based) (?:now |currently )?(?:in|at) (?<v>.+)',
    '(?:moved|moves|relocated|moving) (?:house |home )?(?:to|into) (?:live in )?(?<v>.+)',
    '(?:home|apartment|flat|house|residence) (?:is|are) (?:now |located |situated )*in (?<v>.+)',
    '(?:is|are) (?:now )?(?:a )?residents? of (?<v>.+)',
    '(?<v>.+?) (?:is|became) (?:now )?(?:where (?<who>.+) (?:lives?|resides?)|(?<whose>.+) (?:home|residence))$',
    '(?:גר|גרה|גרים|מתגורר|מתגוררת|מתגוררים) ב?(?<v>.+)',
    '(?:עברתי|עבר|עברה|עברנו|עברו) (?:לגור |דירה )[בל]?(?<v>.+)',
    '(?:עברתי|עבר|עברה|עברנו|עברו) ל(?<v>.+)',
    '(?:הבית|הדירה) (?:של )?(?<who>.*?) ?(?:נמצא|נמצאת) ב?(?<v>.+)',
    'מקום המגורים (?:של )?(?<who>.+?) (?:הוא|זה) (?<v>.+)',
  ),
  row(
    'employer',
    true,
    '(?:works?|working|employed|(?:got|has|have|started|took) (?:a |an )?(?:new )?job) (?:now )?(?:at|for|with|by) (?<v>.+)',
    '(?:employer|workplace) (?:is|are) (?:now )?(?<v>.+)',
    '(?<v>.+?) (?:is|became) (?:now )?(?:where (?<who>.+) works?|(?<whose>.+) (?:employer|workplace))$',
    '(?<v>.+?) employs (?<who>.+)$',
    '(?:עובד|עובדת|עובדים|מועסק|מועסקת|התחלתי לעבוד|התחיל לעבוד|התחילה לעבוד) (?:אצל |עבור |ב)?(?<v>.+)',
    'מקום העבודה (?:של )?(?<who>.+?) (?:הוא|זה) (?<v>.+)',
  ),
  row(
    'favourite',
    true,
    'favou?rite (?<what>\\S+)(?: of (?<who>.+?))? (?:is|are) (?:now )?(?<v>.+)',
    '(?<v>.+?) (?:is|are) (?:now )?(?<who>.+) favou?rite (?<what>\\S+)$',
    '(?<what>\\S+) (?<who>.+) (?:likes?|loves?) (?:best|most) (?:is|are) (?:now )?(?<v>.+)',
    '(?:likes?|loves?) (?<v>.+?) (?:best|most) of all (?<what>\\S+)$',
    'ה?(?<what>\\S+?) ה?(?:אהוב|אהובה|אהובים|מועדף|מועדפת) (?:ביותר )?(?:על |של )?(?<who>.+?) (?:הוא|היא|זה|הם) (?:עכשיו )?(?<v>.+)',
    '(?<v>\\S+) (?:הוא|היא|זה) ה?(?<what>\\S+?) ה?(?:אהוב|אהובה|מועדף|מועדפת) (?:ביותר )?(?:על |של )?(?<who>.+)',
    'מכל ה?(?<what>\\S+?) (?<who>.+) (?:הכי )?(?:אוהב|אוהבת|מעדיף|מעדיפה) (?:הכי )?(?:את )?(?<v>.+)',
  ),
  row(
    'allergy',
    false,
    'allerg(?:ic|y|ies) (?:is )?(?:to )?(?<v>.+)',
    '(?:has|have|had|suffers? from) (?:a |an )?(?<v>.+?) allerg(?:y|ies)$',
    '(?<v>.+?) (?:gives?|causes?) (?<who>.+) (?:a |an )?allerg(?:y|ies|ic reactions?)$',
    '(?:אלרגי|אלרגית|רגיש|רגישה) ל?(?<v>.+)',
    'יש ל?(?<who>.+?) אלרגיה ל?(?<v>.+)',
    '(?<v>.+?) (?:גורם|גורמת|גורמים) (?<who>.+) (?:ל)?אלרגיה$',
  ),
  row(
    'diet',
    true,
    '(?:(?:is|am|are|became|turned|went|follows?|keeps?|eats?) )?(?:a |an |only )*(?<v>vegan|vegetarian|pescatarian|kosher|halal)(?: now| diet| food)*',
    '(?<v>טבעוני|טבעונית|צמחוני|צמחונית)',
  ),
  row(
    'named',
    false,
    '(?:is|are|was) (?:called|named) (?<v>.+)',
    '(?:called|named) (?<v>.+)',
    '(?:name|names) (?:is|are) (?<v>.+)',
    '(?<v>\\S+) (?:is|are) the names? of (?<who>.+)',
    'ל(?<who>.+?) קוראים (?<v>.+)',
    'קוראים ל(?<who>.+) (?<v>\\S+)$',
    'שמ(?:ו|ה|ם|ן) של ה?(?<who>.+) (?:הוא|היא|זה) (?<v>.+)',
    'השם של ה?(?<who>.+) (?:הוא|זה) (?<v>.+)',
    '(?:נקרא|נקראת) (?<v>.+)',
  ),
  row(
    'birthday',
    true,
    '(?:birthday|birth date|date of birth) (?:is|falls) (?:on )?(?:the )?(?<v>.+)',
    '(?:celebrates? )(?<who>.*?) ?birthday (?:on )(?:the )?(?<v>.+)',
    'born (?:on )(?:the )?(?<v>.+)',
    '(?:יום ההולדת|יום הולדת) (?:של )?(?<who>.+?) (?:הוא |חל |חלה )?ב(?<v>.+)',
    '(?<who>.+?) (?:חוגג|חוגגת) (?:יום הולדת|יום ההולדת) (?<v>.+)',
    '(?:נולד|נולדה|נולדתי) ב(?<v>.+)',
  ),
  row(
    'property',
    true,
    `${PROPERTY} (?:of (?<who>.+?) )?${BE} (?<v>.+)`,
    `(?<v>.+?) (?:is|are) (?:now )?(?<who>.+?) ${PROPERTY}$`,
    `(?:has|have|uses?) (?:a |an |the )?${PROPERTY} (?:of )?(?<v>.+)`,
    `${PROPERTY_HE} (?:של )?(?<who>.+?) ${BE_HE}(?: ${BE_HE})? ?(?<v>.+)`,
  ),
  row(
    'likes',
    false,
    '(?:likes?|loves?|enjoys?|adores?|fond of|keen on|crazy about|(?:a )?fan of) (?<v>.+)',
    '(?<v>.+?) (?:is|are) something (?<who>.+) (?:likes?|loves?|enjoys?)$',
    '(?:אוהב|אוהבת|אוהבים|חובב|חובבת|מת על|מתה על) (?:את )?(?<v>.+)',
    '(?:נהנה|נהנית) מ(?<v>.+)',
  ),
  row(
    'fear',
    false,
    '(?:afraid|scared|terrified|frightened) of (?<v>.+)',
    '(?:fears?|(?:has|have) (?:a )?(?:fear|phobia) of) (?<v>.+)',
    '(?<v>.+?) (?:frightens?|scares?|terrif(?:y|ies)) (?<who>.+)$',
    '(?:מפחד|מפחדת|פוחד|פוחדת|חושש|חוששת) מ?(?<v>.+)',
  ),
  row(
    'speaks',
    false,
    '(?:speaks?|fluent in) (?:fluent )?(?<v>.+)',
    '(?:knows?|talks?) (?<v>\\S+) fluently$',
    '(?:דובר|דוברת|מדבר|מדברת) (?<v>.+)',
  ),
  row('plays', false, '(?:plays?|playing) (?:the )?(?<v>.+)', '(?:מנגן|מנגנת|שיחק|משחק|משחקת) (?:על )?(?<v>.+)'),
  row(
    'studies',
    false,
    '(?:stud(?:y|ies|ying)|(?:is )?(?:doing|taking) a degree in|majors? in) (?<v>.+)',
    '(?:לומד|לומדת|סטודנט|סטודנטית) ל?(?<v>.+)',
  ),
  row(
    'drives',
    false,
    '(?:drives?|driving) (?:a |an |the )?(?<v>.+)',
    '(?:car|vehicle) (?:is|are) (?:now )?(?:a |an )(?<v>.+)',
    '(?:נוהג|נוהגת) (?:על |ב)?(?<v>.+)',
  ),
  row('takes', false, '(?:takes?|taking|prescribed) (?<v>.+)', '(?:לוקח|לוקחת|נוטל|נוטלת) (?:את )?(?<v>.+)'),
  row(
    'profession',
    false,
    '(?:works?|working) as (?:a |an |the )?(?<v>.+)',
    '(?:job|profession|occupation) (?:is|are) (?:being )?(?:a |an |the )?(?<v>.+)',
    '(?:is|am|became) (?:now )?(?:a |an )(?<v>\\S+(?: \\S+)?)(?: by profession)?$',
    '(?:עובד|עובדת) כ(?<v>.+)',
    '(?:המקצוע|התפקיד) (?:של )?(?<who>.+?) (?:הוא|זה) (?<v>.+)',
  ),
  row(
    'married',
    false,
    '(?:married to) (?<v>.+)',
    '(?:husband|wife|spouse) (?:is|are) (?<v>\\S+)$',
    '(?:נשוי|נשואה) ל?(?<v>.+)',
  ),
  row('has', false, '(?:has|have|owns?|got|adopted) (?:a |an )?(?<v>.+)', 'יש (?<who>ל\\S+|me) (?<v>.+)'),
]
