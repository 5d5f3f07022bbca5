import { stem } from './stem.ts'
import { tokenise } from './tokenise.ts'

/**
 * How common words are in everyday talk, whatever it is about: written by hand from general knowledge of the two
 * languages, and of nobody's messages. Words that carry no subject at all are not here (`stop-words.ts`).
 */

/** Words that come up in about every sixtieth message. */
const EVERYDAY = `
able according across ago also although among another around because become both during each either everything actually almost alone always amazing away awesome bad beautiful best better big bit book boy bring brother call
came care change child children city class come cool couple crazy cut dad dance day days dear different dinner door drink
drive eat end enjoy evening excited eye face family far father favorite feel feeling felt few find fine first food forget
forward found friend friends full fun funny game gave girl give glad good great guess guy guys hair half hand happen
happened happy hard hate head hear heard heart help here high hold home hope hot hour hours house huge idea important
interesting job keep kid kids kind last late later laugh learn least leave left less life light listen little live
long look looking lose lost love lunch man married matter mean meet men met mind minute miss mom moment money month months
morning mother move movie mr mrs music name new next nice night number old open order own parent part party pay people
perfect person phone photo pick picture place plan play point pretty problem put question quite read ready real
reason right room run sad safe saw school see seem seen send set share show side sister sit sleep small song soon sorry
sound special spend start stay step still stop story street stuff super take talk team thinking thought
three time today together tomorrow tonight took town tried trip true try turn two understand use usual wait walk
watch water way wear week weekend weeks while white wife winter wish without woman women wonder wonderful word
work world worry write wrong year years yesterday young
יום ימים בוקר ערב לילה שעה דקה שבוע חודש שנה היום אתמול מחר זמן פעם בית עבודה חבר חברה חברים משפחה ילד ילדה ילדים אמא
אבא אח אחות אישה איש בן בת אנשים אדם חיים עולם עיר מקום אוכל מים קפה ספר סרט שיר משחק כסף טלפון תמונה שם סיפור בעיה שאלה
רעיון לב יד ראש עין פנים טוב טובה טובים רע יפה גדול קטן חדש ישן ארוך קשה קל שמח עצוב נחמד מדהים נהדר מעולה כיף חשוב אחרון
ראשון אוהב אוהבת אהבה מרגיש מרגישה חושב חושבת יודע יודעת רואה שומע הולך הולכת הלך בא באה בוא לבוא ללכת לעשות עושה עשה
אומר מדבר לדבר קורה קרה עובד עובדת לעבוד לומד לאכול לשתות לישון לקנות לקח לקחת נותן לתת שלח לשלוח מחכה גר גרה נסע מצא
לראות להגיד הגיע חזר התחיל סיים עזרה לעזור מקווה בטח אולי ממש תמיד אחת שני שתי מלא ביחד לבד שלום שבת סוף קודם בערך
`

/** Words that come up in about one of four hundred messages. */
const COMMON = `
accident across act activity advice afraid afternoon agree air airport album alive allow animal answer anybody anyone
apartment appreciate area arm army arrive art article artist aunt autumn average baby background ball band bank bar base
basketball bath bathroom beach bear beat bed beer begin behind believe belong beside beyond bike bill bird birth birthday
black blood blue board boat body boring born boss bother bottle bottom bowl box boyfriend brain brand bread break breakfast
breath bridge brown brush build building burn bus business busy butter button buy cake calm camera camp cancer car
card career carry case cat catch cause celebrate center century certain chain chair challenge chance character charge cheap
check cheese chicken chief chocolate choice choose church circle clean clear climb close clothes cloud club coach coast
coat code coffee cold collect college color colour comfortable common company compare competition complete
computer concert connect contact continue control conversation cook cookie corner cost count country course court cousin
cover create cross crowd cry culture cup current dark data date daughter dead deal death decide deep degree depend describe
design desk detail die diet difference difficult dirty discover discuss disease dish doctor dog double doubt draw dream
dress driver drop drug dry due early earth easy education effect effort egg eight either email emotion empty energy engine
enough enter especially event everybody everyone everything exactly exam example except exercise expect expensive
experience explain express extra fact fail fair fall famous fan farm fast fear fell festival field fight figure fill film
final finally finger finish fire fish fit five fix flat flight floor flower fly follow foot football foreign forest form
four free fresh friday friendship front fruit future garden gas general gift girlfriend glass goal god gold grade grandma
grandmother grandpa grass green ground group grow guest guitar gun gym habit hang hat health healthy heavy height held hide
hill history hit holiday honest horse hospital hotel hug human hundred hungry hurry hurt husband ice imagine
improve include information inside instead interest internet invite island issue jacket join joy judge juice jump
key kick kill kitchen knee knock knowledge lack lady lake land language large laptop law lawyer lead leader leaf lesson
letter level library lie lift likely limit line list local lock lonely loud low luck lucky lucky machine magazine main
major manage manager map mark market marriage match math maybe meal meaning meat media medicine meeting member memory
mention message middle milk million miracle mirror mistake mix model modern monday mountain mouth museum
natural nature near neck neighbor neighbour nervous news nobody noise none normal north nose note notice nothing obvious
offer office often oil opinion opportunity option orange outside pack page pain paint painting pair paper park partner
pass past path patient peace perhaps period pet piano piece pink pizza plane plant plastic plate player please
pleasure pocket poem police poor pop popular positive possible post pot power practice prefer prepare present president
press price prize probably process product professor program progress project promise proper protect public pull puppy
push quality quick quiet race radio rain raise rate reach realize receive recipe recommend red relationship relax 
remove rent repeat report research respect rest restaurant result return rice rich ride ring rise risk river road rock roll
rose round rule sale salt same sand saturday save scared scene science sea search season seat second secret sell sense
serious service seven several shape sharp shirt shoe shoes shop shopping short shot shoulder shout shut sick sign simple
since sing single size skill skin sky slow smell smile smoke snow society soft soldier solve son sort soul soup south space
speak speech speed spirit sport spot spring square stage stand star state station steal stick stone store storm strange
stress strong student study style subject success sudden sugar suggest suit sun sunday sunset surprise sweet swim system
table tail taste tax tea teach teacher tear technology television ten tennis term terrible test text thank theater third
thirty thursday ticket tie tired title tool tooth top topic total touch tough toward toy track trade traffic train travel
treat tree trouble truck trust truth tuesday tv type ugly uncle understanding university upset usually vacation value
vegetable video view village visit voice vote warm wash waste wave weak wedding wednesday weight welcome west
wild win wind window wine wood worse worth yellow yoga young
שולחן כיסא דלת חלון מיטה מטבח סלון רחוב כביש אוטו מכונית רכב אוטובוס רכבת מטוס טיסה נסיעה טיול חופש חופשה ים חוף הר נהר
יער גן פארק מלון מסעדה חנות קניון שוק בנק משרד בוס מנהל פגישה ישיבה תור רופא רופאה חולה תרופה כאב כואב דם בריא בריאות
ספורט אימון ריצה כדורגל כדורסל שחייה אופניים קבוצה נצח הפסיד מוזיקה גיטרה פסנתר הופעה להקה ציור צבע אדום כחול ירוק צהוב
שחור לבן בגד בגדים חולצה מכנסיים נעליים שמלה כובע חורף קיץ אביב סתיו גשם שלג שמש חם קר רוח כלב חתול חיה ציפור דג סוס עץ
פרח לחם חלב גבינה ביצה בשר עוף דג אורז סלט מרק עוגה שוקולד סוכר מלח פרי תפוח ירק תה יין בירה מיץ ארוחה צהריים מתכון
מתנה חג יומולדת חתונה התחתן מסיבה אירוע הולדת דוד דודה סבא סבתא בעל אשתי תינוק נולד מת שכן שכנה תלמיד תלמידה מורה כיתה
בית־ספר אוניברסיטה לימודים מבחן תואר שפה אנגלית עברית מחשב אינטרנט סיסמה קוד מפתח כרטיס מכתב הודעה מספר כתובת עיתון
חדשות מלחמה צבא חייל משטרה ממשלה מדינה ארץ חוק זכות דת אלוהים אמת שקר סוד חלום פחד כעס בכה צחק חיבוק נשיקה הבטיח
החליט בחר שינה הצליח נכשל הפתעה ניסה השתמש פתח סגר שבר תיקן בנה כתב קרא למד לימד הסביר שכח נזכר הבין הרגיש פגש עזב נשאר
עבר נכנס יצא עלה ירד נפל רץ שחה טס שיחק ניגן צייר בישל אפה אכל שתה ישן התעורר קנה מכר שילם עלה חסך הרוויח זול יקר
מחיר תקציב משכורת ראשון שני שלישי רביעי חמישי שישי מאה אלף מיליון חצי רבע סרטים ספרים שירים
`

/** Messages, of all that people write, that hold a word: by how common it is. */
const EVERYDAY_SHARE = 1 / 60
const COMMON_SHARE = 1 / 400
const RARE_SHARE = 1 / 5000

const shares = new Map<string, number>()
for (const [words, share] of [
  [COMMON, COMMON_SHARE],
  [EVERYDAY, EVERYDAY_SHARE],
] as const) {
  for (const word of tokenise(words)) shares.set(stem(word), share)
}

/** Share of messages, of whomever and about whatever, in which a word of this stem is to be expected. */
export const shareOf = (stemmed: string): number => shares.get(stemmed) ?? RARE_SHARE

/** Whether a stem is one of the words that come up whatever people talk about. */
export const isCommon = (stemmed: string): boolean => shares.has(stemmed)
