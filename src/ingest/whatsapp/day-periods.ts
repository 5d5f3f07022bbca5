/** The names of the halves of the day in the languages of WhatsApp, which phones write beside an hour from 1 to 12. */
import { inNormalForm } from '../../text/normal-form.ts'

/**
 * `by_hour`: noon and the hours after it, midday in Chinese; 12 is noon, 1 to 3 are afternoon, 10 and 11 are before noon.
 * `night`: 12 is midnight, 1 to 5 come after it, later hours before it.
 */
export type DayPeriod = 'am' | 'pm' | 'by_hour' | 'night'

const AM = `am,a m,vorm,morgens,nachts,fm,f m,ap,de,dop,пр об,дп,π μ,öö,ص,صباحا,ق ظ,קודם הצהריים,לפנהצ,לפני הצהריים,בבוקר,上午,凌晨,早上,清晨,午前,오전,
  सुबह,पूर्वाह्न,পূর্বাহ্ণ,in the morning,de la mañana,de la madrugada,da manhã,da madrugada,du matin,del mattino,sa,pg,vm,v m,ก่อนเที่ยง,ጥዋት,ب ن,غ م,قبلازظهر,rn,r n,fh,f h,тң,таңкы,ກ່ອນທ່ຽງ,претпл,үө,ү ө,နံနက်,dop,to,p d,pre podne,prije podne,dopoludnia,priešpiet,priekšp,e paradites`
const PM = `pm,p m,nachm,nachmittags,abends,mittags,em,e m,ip,du,odp,сл об,пп,μ μ,ös,م,مساء,ب ظ,אחהצ,אחרי הצהריים,בערב,בצהריים,下午,晚上,午後,오후,
  शाम,अपराह्न,অপরাহ্ণ,in the afternoon,in the evening,noon,de la tarde,da tarde,de laprès-midi,du soir,del pomeriggio,di sera,ch,ptg,nm,n m,หลังเที่ยง,ከሰዓት,د ن,غ و,بعدازظهر,in,i n,eh,e h,тк,түштөн кийинки,ຫຼັງທ່ຽງ,попл,үх,ү х,ညနေ,pop,tk,m d,po podne,poslije podne,popoludní,popiet,pēcp,e pasdites`

/** Only the letters, in lower case: dots, quotation marks and accents vary from phone to phone. */
const plain = (text: string): string =>
  inNormalForm(text, 'NFKC')
    .toLowerCase()
    .replace(/["'״׳“”’‘„\u200c\u200d]/gu, '')
    .replace(/[.\s\u00a0\u202f]+/gu, ' ')
    .replace(/[\u064b-\u0652\u0591-\u05c7]/gu, '')
    .trim()

const listed = (names: string): readonly string[] => names.split(',').map(plain)

const PERIODS: ReadonlyMap<string, DayPeriod> = new Map<string, DayPeriod>([
  ...listed(PM).map(name => [name, 'pm'] as const),
  ...listed(AM).map(name => [name, 'am'] as const),
  ['中午', 'by_hour'],
  ['del mediodía', 'by_hour'],
  ...listed('at night,de la noche,da noite,di notte').map(name => [name, 'night'] as const),
])

/** The meaning of the words beside an hour; `undefined` for words that do not name a half of the day. */
export const dayPeriodOf = (words: string): DayPeriod | undefined => PERIODS.get(plain(words))

/**
 * The hour of the day, from 0; `undefined` for an hour that a 12-hour clock does not show. Some phones write 0 for 12.
 */
export const hourOf = (shown: number, period: DayPeriod): number | undefined => {
  if (shown > 12) return undefined
  const hour = shown % 12
  if (period === 'by_hour') return hour === 0 || hour < 10 ? hour + 12 : hour
  if (period === 'night') return hour < 6 ? hour : hour + 12
  return period === 'pm' ? hour + 12 : hour
}
