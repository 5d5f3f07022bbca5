import { stem } from './stem.ts'
import { tokenise } from './tokenise.ts'

/**
 * Everyday words that stand for, or ask for, the same thing. Written by hand from general knowledge of the two languages,
 * as a small thesaurus would have them. One line is one group; its words are near to each other in either direction.
 */
const SAME = `
job work career profession occupation position role employment | עבודה משרה מקצוע תפקיד קריירה
boss manager supervisor employer | מנהל בוס מעסיק
company firm business employer workplace office | חברה עסק משרד
colleague coworker teammate | עמית קולגה
salary wage income pay earn earnings | משכורת שכר הכנסה
hire hired employ recruit | גייס העסיק
fire fired laid dismissed layoff | פוטר פיטורים
retire retirement pension | פנסיה פרישה
study studies learn learning course class lesson training workshop | לימודים לומד קורס שיעור סדנה
school college university campus degree | אוניברסיטה מכללה תואר בית־ספר
teacher professor instructor tutor mentor coach | מורה מרצה מדריך מאמן
exam test quiz finals | מבחן בחינה
graduate graduation diploma degree | סיים תואר
home house apartment flat residence | בית דירה
live reside living stay based | גר גרה גרים גרתי מתגורר מתגוררת
move moved relocate relocation | עבר עברה עברנו מעבר
buy bought purchase purchased get | קנה קנתה קניתי קנינו קונה לקנות רכש רכשה
sell sold sale | מכר מכרה מכרתי מוכר מכירה
cost price expensive pay paid | מחיר עלות עולה
gift present | מתנה
car vehicle auto automobile | רכב מכונית אוטו
drive drove driving ride | נהג נסע
crash accident collision | תאונה
fix repair repaired mend | תיקון תיקן
broken break broke damage damaged | מקולקל שבור
trip travel journey vacation holiday getaway tour visit visited | טיול טייל טיילה נסיעה נסע נסעה חופשה ביקור ביקר ביקרה חזרתי
fly flight flew airplane plane airport | טיסה טס מטוס
hotel hostel airbnb lodge cabin | מלון צימר
beach sea ocean coast shore | ים חוף
mountain mountains hill peak summit | הר הרים
forest woods trail park nature outdoors | יער טבע
hike hiking trek trekking trail | טיול מסלול
camp camping tent campfire campsite | מחנאות אוהל
city town village place | עיר כפר מקום
country nation abroad homeland | מדינה ארץ חול
wife husband spouse partner | אישה בעל אשתי בעלי
marry married wedding marriage engaged engagement bride | חתונה התחתן נישואין אירוסין
boyfriend girlfriend dating date partner relationship romantic | חבר חברה זוגיות
single unmarried divorced divorce breakup | רווק גרוש גירושין
child children kid kids son daughter | ילד ילדה ילדים בן בת
baby newborn infant pregnant pregnancy birth | תינוק הריון לידה
mother mom mum | אמא אם
father dad | אבא אב
parent parents mother father mom dad | הורים אמא אבא
sister brother sibling siblings | אח אחות אחים
grandmother grandma grandfather grandpa grandparents | סבא סבתא
family relatives household relative | משפחה קרובים
friend friends buddy pal | חבר ידיד
neighbour neighbor neighbourhood neighborhood | שכן שכנה שכונה
birthday born birth | יומולדת הולדת נולד
die died death passed funeral lost | מת נפטר הלוויה פטירה
dog puppy pup | כלב כלבה גור
cat kitten | חתול חתולה
pet pets dog cat puppy kitten animal | חיה חיית כלב חתול
adopt adopted adoption | אימץ אימוץ
doctor physician clinic specialist | רופא מרפאה
hospital emergency surgery operation er | בית־חולים ניתוח מיון
ill sick illness disease unwell | חולה מחלה
hurt injury injured pain sprain wound ache sore swollen limp | פציעה נפצע נפצעתי נפצעה כאב צליעה
medicine medication pill drug prescription antibiotic | תרופה כדור אנטיביוטיקה
allergic allergy allergies | אלרגי אלרגיה
diet nutrition healthy weight | דיאטה תזונה משקל
exercise workout gym fitness training run | אימון כושר ספורט
yoga meditation mindfulness | יוגה מדיטציה
therapy therapist counseling counselor psychologist | טיפול מטפל פסיכולוג
stress stressed pressure overwhelmed anxious anxiety worried worry | לחץ לחוץ חרדה דאגה
relax relaxing unwind calm calming peaceful destress | להירגע רגיעה רגוע
happy glad excited thrilled joy delighted | שמח נרגש
sad upset down unhappy depressed | עצוב
angry mad furious annoyed | כועס
afraid scared fear frightened phobia terrified | פחד פחדתי מפחד מפחדת נבהל
proud pride accomplishment achievement | גאה הישג
love adore fond | אוהב
like enjoy love prefer favorite favourite | אוהב מעדיף אהוב
hate dislike despise | שונא
want wish hope dream goal plan aim | רוצה חלום מטרה תוכנית
plan planning intend intention prepare | תכנון מתכנן
decide decided decision choose chose choice | החליט החלטה בחר
begin began start started starting | התחיל התחלה
end ended finish finished complete completed | סיים סוף
quit stop stopped give | הפסיק
win won victory champion championship trophy award prize | ניצח פרס גביע
lose lost defeat disappear disappeared missing | הפסיד איבד איבדה איבדתי נעלם נעלמה
game match tournament competition race | משחק תחרות מרוץ
sport sports athletics | ספורט
team club squad | קבוצה
practice train training rehearse | אימון תרגול
cook cooking bake baking recipe make made | בישול בישל בישלה אפייה אפה מתכון הכנתי הכין הכינה
eat ate food meal dish | אוכל ארוחה מנה
dinner supper lunch breakfast meal | ארוחה
restaurant cafe diner bistro | מסעדה בית־קפה
drink drank beverage | משקה שתייה שותה שתה שתתה לשתות
read reading book novel author | ספר קריאה סופר
write writing wrote author essay story poem poetry blog | כתיבה כתב שיר
movie film cinema show series | סרט סדרה
music song band concert album musician | מוזיקה שיר להקה הופעה
instrument guitar piano violin drums | כלי גיטרה פסנתר כינור
paint painting draw drawing art artwork sketch | ציור צייר אמנות
picture photo photograph image photography | תמונה צילום
dance dancing dancer | ריקוד
garden gardening plant plants flower flowers | גינה צמח פרח
craft pottery ceramics clay knit sew | קרמיקה סריגה
hobby hobbies pastime interest interests activity activities | תחביב
event events party celebration festival ceremony gathering | אירוע מסיבה חגיגה
celebrate celebrated celebration anniversary | חגג
volunteer volunteering charity donate donation fundraiser nonprofit | התנדב התנדבות תרומה
community group organization organisation support | קהילה קבוצה ארגון
meeting meet met appointment | פגישה נפגש תור
call called phone telephone | טלפון התקשר
phone smartphone cellphone mobile | טלפון נייד
computer laptop pc | מחשב
name called named | שם נקרא
money cash budget savings | כסף תקציב
loan mortgage debt | הלוואה משכנתא חוב
bank account | בנק חשבון
password passcode pin code | סיסמה קוד
key keys | מפתח
clothes clothing outfit wear wore dress shirt shoes | בגדים שמלה חולצה נעליים
color colour | צבע
church synagogue mosque temple religion religious faith | דת אמונה
news announce announced announcement | חדשות הודעה
idea suggestion suggest suggested advice advise recommend recommendation tip | רעיון הצעה המלצה עצה
help helped support assist assistance | עזרה עזר תמיכה
teach taught teaching | לימד
show showed share shared | הראה
think thought opinion view | חושב דעה
remind reminder reminds memory memories | תזכורת זיכרון
mean means symbolize symbol represent represents significance stands | משמעות סמל
reason because motivation motivate motivated inspire inspired inspiration | סיבה השראה מוטיבציה
problem issue trouble challenge difficulty obstacle struggle setback | בעיה קושי אתגר
success successful achievement accomplish accomplished achieve milestone | הצלחה הישג
build built construct make made create created | בנה יצר
join joined member sign signed | הצטרף
collect collection collector | אוסף
weather rain snow storm sunny | מזג גשם שלג
sleep slept nap bed insomnia | שינה ישן
old age years | גיל
`

/** What belongs to a kind: a question that names the kind asks for its members; a member does not ask for the kind. */
const KINDS = `
hobby activity pastime interest: paint draw read write hike run swim cook bake garden knit dance photography camp fish climb cycle yoga chess pottery sing guitar piano
sport game: basketball football soccer tennis baseball hockey golf volleyball swim run cycle ski surf skate climb box martial
exercise workout: run swim yoga cycle weights hike walk pilates
instrument: guitar piano violin drums cello flute clarinet trumpet saxophone ukulele harp
pet animal: dog cat puppy kitten rabbit hamster parrot fish turtle horse bird snake
food dish meal cuisine snack: pizza pasta salad soup sushi bread rice chicken fish steak burger curry cake cookie vegetable fruit cheese
dessert sweet: cake cookie pie chocolate ice cream brownie pudding candy
drink beverage: coffee tea wine beer juice water soda cocktail smoothie
fruit: apple banana orange strawberry grape mango peach pear lemon
vegetable: carrot tomato potato pepper spinach broccoli onion cucumber
family relative: mother father sister brother son daughter wife husband mom dad grandma grandpa aunt uncle cousin niece nephew kid
emotion feeling feel: happy sad angry excited proud nervous scared grateful thankful lonely upset overwhelmed anxious
vehicle transport: car truck bike bicycle motorcycle bus train van scooter
device gadget: phone laptop tablet watch camera headphones computer console
job profession career: teacher nurse doctor engineer lawyer chef artist writer manager programmer designer counselor
season: spring summer autumn fall winter
injury: knee ankle back shoulder wrist leg arm sprain twist break fracture
illness disease symptom condition: flu cold fever cough headache asthma diabetes infection migraine nausea
art: paint draw sculpture pottery photography sketch ceramics
music genre: jazz rock pop classical hip rap blues
book: novel series author fantasy mystery biography poem
place location destination country city: paris london york italy france spain germany japan canada israel haifa jerusalem
room: kitchen bedroom bathroom garage basement office
clothes clothing: shirt dress shoes jacket hat coat pants sneakers
subject field: math physics chemistry biology history psychology literature engineering
religion faith: church god pray bible synagogue mosque
holiday festival: christmas easter thanksgiving halloween hanukkah passover purim
language: english spanish french german hebrew arabic russian italian chinese japanese
outdoor nature: hike camp climb swim fish ski surf kayak bike park mountain lake beach
indoor: read cook bake paint knit
achievement accomplishment award: win trophy medal prize promotion graduate certificate record
material: wood metal clay glass stone paper
color colour: red blue green yellow purple orange pink black white brown
תחביב פעילות: ציור קריאה ריצה שחייה בישול אפייה גינון ריקוד צילום יוגה שחמט גיטרה
ספורט: כדורגל כדורסל טניס ריצה שחייה אופניים
אוכל ארוחה מנה: פיצה פסטה סלט מרק אורז עוף דג סטייק עוגה
שתייה משקה: קפה תה יין בירה מיץ
חיה: כלב חתול ארנב תוכי סוס
משפחה: אמא אבא אח אחות בן בת אישה בעל סבא סבתא דוד דודה
מחלה: שפעת חום שיעול אסתמה סוכרת מיגרנה
כלי: גיטרה פסנתר כינור תופים חליל
רכב: מכונית אופנוע אופניים אוטובוס רכבת
צבע: אדום כחול ירוק צהוב סגול ורוד שחור לבן
`

const stems = (words: string): readonly string[] => [...new Set(tokenise(words).map(stem))]

const near = new Map<string, Set<string>>()
const relate = (from: string, to: string): void => {
  if (from === to) return
  const known = near.get(from)
  if (known === undefined) near.set(from, new Set([to]))
  else known.add(to)
}
for (const line of SAME.trim().split('\n')) {
  const group = stems(line)
  for (const one of group) for (const other of group) relate(one, other)
}
for (const line of KINDS.trim().split('\n')) {
  const [kinds = '', members = ''] = line.split(':')
  for (const kind of stems(kinds)) for (const member of stems(members)) relate(kind, member)
}

/** Stems near to a stem in meaning, not itself. */
export const relatedTo = (stemmed: string): ReadonlySet<string> => near.get(stemmed) ?? NOTHING
const NOTHING: ReadonlySet<string> = new Set()
