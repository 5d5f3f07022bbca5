import { stem } from '../../text/stem.ts'
import { tokenise } from '../../text/tokenise.ts'

/**
 * Everyday words that ask for, or stand for, the same thing, in English and Hebrew: what lets the offline models find
 * "lives in Haifa" for "address" and "afraid" for "scared". One line is one concept.
 */
const CONCEPTS = `
live lives lived home house address apartment flat reside city town | גר גרה גרים כתובת בית דירה עיר מתגורר
dog puppy pet | כלב כלבה גור
cat kitten pet | חתול חתולה
afraid scared fear fears frightened anxious phobia | מפחד מפחדת פחד מפוחד חרדה
name called named call names | שם קוראים נקרא נקראת שמו שמה
work works job employed company profession career office employer | עובד עובדת עבודה חברה מקצוע משרד
boss manager supervisor | מנהל מנהלת בוס
wife husband spouse married partner | אישה בעל אשתי בעלי נשוי נשואה בת בן זוג
child children kid kids son daughter twins | ילד ילדה ילדים תאומים
sister brother sibling siblings | אחות אח אחים
mother mom mum father dad parent parents | אמא אבא הורים
grandmother grandma grandfather grandpa granny | סבתא סבא
birthday born birth | יומולדת הולדת נולד נולדה
allergic allergy allergies | אלרגי אלרגית אלרגיה
doctor physician clinic | רופא רופאה מרפאה
medicine medication pill pills drug penicillin antibiotics | תרופה תרופות כדור כדורים אנטיביוטיקה
car vehicle auto automobile | רכב מכונית אוטו
flight fly plane airplane flying | טיסה מטוס טסים טס
trip travel journey vacation holiday holidays | טיול נסיעה חופשה חופש
cost costs price expensive pay paid costing | עולה מחיר עלות שילמתי לשלם
favourite favorite prefer love loves like enjoy | אוהב אוהבת אהוב מעדיף מועדף
eat eats food dish meal dinner lunch | אוכל אוכלת אכל ארוחה
drink drinks beverage coffee tea wine | שותה משקה קפה תה יין
phone telephone mobile cellphone number | טלפון נייד מספר
password passcode code pin | סיסמה קוד
appointment meeting meet schedule | פגישה תור מפגש
begin begins start starts started | מתחיל מתחילה מתחילים התחלה
end ends finish expire expires expiry | נגמר מסתיים פג סוף
leave leaves depart departs departure | יוצא יוצאת עוזב
buy bought purchase buying | קונה קניתי לקנות
school class grade lesson lessons | בית_ספר כיתה שיעור שיעורים
colour color paint painting | צבע צובעים
instrument cello piano guitar violin music | כלי_נגינה צ׳לו פסנתר גיטרה כינור מוזיקה
key keys | מפתח מפתחות
ill sick illness disease | חולה מחלה
study studies learn learning course | לומד לומדת לימודים קורס
money salary income wage | כסף משכורת שכר
repair fix broken repairs | תיקון לתקן מקולקל שבור
`

const conceptsOf = new Map<string, number[]>()
CONCEPTS.trim()
  .split('\n')
  .forEach((line, concept) => {
    for (const word of new Set(tokenise(line).map(stem)))
      conceptsOf.set(word, [...(conceptsOf.get(word) ?? []), concept])
  })

/** Numbers of the concepts that a stem stands for. */
export const conceptsOfStem = (stemmed: string): readonly number[] => conceptsOf.get(stemmed) ?? []
