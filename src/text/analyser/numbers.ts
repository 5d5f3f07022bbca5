/** Reads figures together with the characters between them: dates, times, telephone numbers, amounts, versions. */
import { form, type Form } from './form.ts'

/** A sequence of figures, as a pattern; at most this many groups at a time. */
export const FIGURES = "\\+?\\(?\\d+(?:(?:[.,:\\/'’\\u2010-\\u2013\\-]|\\) ?\\(?|[ \\-]\\(|-?\\)[ \\-]?| )\\d+){0,11}"

/** The same, followed by a marker for the half of the day. */
const TIMED_FIGURES = new RegExp(`(${FIGURES})(?: ?([ap])[.]?m(?![\\p{L}\\p{N}])[.]?)?`, 'giv')
const SIGN = /\D/g

/**
 * A text with each of its numbers as one word of letters and figures; equal numbers give equal words: `17x30`, `3x5`,
 * `1500`.
 */
export const withPlainNumbers = (text: string): string =>
  text.replace(TIMED_FIGURES, (whole, figures: string, half: string | undefined) => {
    const numbers = numbersIn(figures, half?.toLowerCase()).map(({ main }) => main.replace(SIGN, 'x'))
    return numbers.length === 1 && numbers[0] === whole ? whole : ` ${numbers.join(' ')} `
  })

interface Row {
  /** Figures of each group, and the characters before it. */
  readonly groups: readonly string[]
  readonly between: readonly string[]
  /** Whether it begins with a plus. */
  readonly plus: boolean
  readonly bracket: boolean
}

/** The form that was read, and how many groups it covers. */
interface Read {
  readonly form: Form
  readonly groups: number
}

type Reader = (row: Row, at: number) => Read | undefined

const GROUP = /\d+/g

/**
 * The numbers in a sequence of figures, in order.
 * @param half `a` or `p` if "am" or "pm" follows
 */
export const numbersIn = (figures: string, half: string | undefined): readonly Form[] => {
  const groups: string[] = []
  const between: string[] = []
  let end = 0
  for (const { 0: group, index } of figures.matchAll(GROUP)) {
    between.push(figures.slice(end, index).trim() || figures.slice(end, index))
    groups.push(group)
    end = index + group.length
  }
  const row: Row = { groups, between, plus: figures.startsWith('+'), bracket: /^\+?\(/.test(figures) }
  const forms: Form[] = []
  for (let at = 0; at < groups.length;) {
    const read =
      halfDay(row, at, half) ?? READERS.reduce<Read | undefined>((found, each) => found ?? each(row, at), undefined)
    const { form: next, groups: count } = read ?? { form: single(groups[at] ?? ''), groups: 1 }
    forms.push(next)
    at += count
  }
  return forms
}

const DASH = /^[-\u2010-\u2013]$/

const HOURS = 24
const NOON = 12
const MINUTES = 60

const two = (value: number): string => String(value).padStart(2, '0')
const clock = (hour: number, minute: string): string => `${two(hour)}:${minute}`

const isMinute = (group: string | undefined): group is string =>
  group !== undefined && group.length === 2 && Number(group) < MINUTES

/** `5:30 pm`, `5 pm`: at the end of the sequence. */
const halfDay = ({ groups, between }: Row, at: number, half: string | undefined): Read | undefined => {
  const hour = groups[at] ?? ''
  const left = groups.length - at
  if (half === undefined || hour.length > 2 || Number(hour) > NOON || Number(hour) === 0) return undefined
  const hours = (Number(hour) % NOON) + (half === 'p' ? NOON : 0)
  if (left === 1) return { form: form(clock(hours, '00'), [], [String(Number(hour))]), groups: 1 }
  const minute = groups[at + 1]
  if (left !== 2 || (between[at + 1] !== ':' && between[at + 1] !== '.') || !isMinute(minute)) return undefined
  return { form: form(clock(hours, minute), [], [String(Number(hour))]), groups: 2 }
}

/** `17:30`; `5:30` may be in the morning or in the afternoon. */
const time: Reader = ({ groups, between }, at) => {
  const hour = groups[at] ?? ''
  const minute = groups[at + 1]
  if (between[at + 1] !== ':' || hour.length > 2 || Number(hour) >= HOURS || !isMinute(minute)) return undefined
  const hours = Number(hour)
  const seconds = between[at + 2] === ':' && isMinute(groups[at + 2]) ? 1 : 0
  const also = hours > 0 && hours < NOON ? [clock(hours + NOON, minute)] : []
  return { form: form(clock(hours, minute), also, [String(hours)]), groups: 2 + seconds }
}

const MONTHS = 12
const DAYS = 31
const CENTURY = 2000

/** `28.11.2026`, `2026-11-28`, `28/11/26`; the month comes first only if that figure cannot be the day. */
const date: Reader = ({ groups, between }, at) => {
  const [one = '', second = '', three = ''] = groups.slice(at, at + 3)
  const sign = between[at + 1] ?? ''
  if (!/^[./-]$/.test(sign) || between[at + 2] !== sign || between[at + 3] === sign) return undefined
  if (second.length > 2) return undefined
  if (one.length === 4) return three.length > 2 ? undefined : dateOf(one, second, three)
  if (one.length > 2 || !(three.length === 4 || (three.length === 2 && sign !== '-'))) return undefined
  const year = three.length === 4 ? three : String(CENTURY + Number(three))
  return dateOf(year, second, one) ?? dateOf(year, one, second)
}

const dateOf = (year: string, month: string, day: string): Read | undefined =>
  Number(month) < 1 || Number(month) > MONTHS || Number(day) < 1 || Number(day) > DAYS
    ? undefined
    : { form: form(`${year}-${two(Number(month))}-${two(Number(day))}`, [], [year]), groups: 3 }

const THOUSANDS_SIGN = /^[.,'’ ]$/

/** `1,500`, `1.250.000,50`, `1,50,000`: groups of three or, in India, of two except the last. */
const thousands: Reader = ({ groups, between, plus, bracket }, at) => {
  if (at === 0 && (plus || bracket)) return undefined
  const [first = ''] = groups.slice(at)
  const sign = between[at + 1] ?? ''
  if (first.length > 3 || first.startsWith('0') || !THOUSANDS_SIGN.test(sign)) return undefined
  let end = at + 1
  while (between[end] === sign && (groups[end]?.length === 3 || groups[end]?.length === 2)) end++
  const members = groups.slice(at + 1, end)
  // In India all groups before the last have two figures; elsewhere all have three.
  const last = members.at(-1)
  if (last?.length !== 3 || new Set(members.slice(0, -1).map(each => each.length)).size > 1) return undefined
  if (members.length === 2 && members[0]?.length === 2 && sign !== ',') return undefined
  if (sign === ' ' && DASH.test(between[end] ?? '')) return undefined
  const whole = `${first}${members.join('')}`
  const point = between[end]
  const more = groups[end]
  const fraction = (point === '.' || point === ',') && point !== sign && more !== undefined ? more : undefined
  const parts = sign === ' ' ? [first, ...members] : []
  return {
    form: form(fraction === undefined ? whole : decimalOf(whole, fraction), [], parts),
    groups: end - at + (fraction === undefined ? 0 : 1),
  }
}

/** `3.5`, `3,50`. */
const decimal: Reader = ({ groups, between }, at) => {
  const [whole = '', fraction] = groups.slice(at)
  const sign = between[at + 1]
  if (fraction === undefined || (sign !== '.' && sign !== ',')) return undefined
  // Figures with a comma between each of them are a list.
  if (between[at] === sign || between[at + 2] === sign) return undefined
  return { form: form(decimalOf(whole, fraction)), groups: 2 }
}

const decimalOf = (whole: string, fraction: string): string => {
  const kept = fraction.replace(/0+$/, '')
  return kept === '' ? whole : `${whole}.${kept}`
}

/** `1.2.3`, `192.168.1.1`; but `1.250.000` is an amount. */
const version: Reader = ({ groups, between }, at) => {
  let end = at + 1
  while (between[end] === '.' && end < groups.length) end++
  const members = groups.slice(at, end)
  if (members.length < 3 || /^0\d/.test(members[0] ?? '') || members.slice(1).every(each => each.length === 3))
    return undefined
  return { form: form(members.join('.')), groups: members.length }
}

const LEAST_DASHED = 7
const LEAST_SPACED = 9
/** Length of a telephone number with its leading 0. */
const LEAST_TRUNK = 9
/** The longest telephone number (E.164), and the longest account number (IBAN). */
const LONGEST_TELEPHONE = 15
const LONGEST_ACCOUNT = 34
const LONGEST_GROUP = 12
const YEAR = /^(?:19|20)\d\d$/

/** Groups that form one number: telephones, cards, number plates. `+972 50 123 4567`, `(03) 123-4567`, `123-45-678`. */
const joined: Reader = ({ groups, between, plus, bracket }, at) => {
  const first = groups[at] ?? ''
  const marked = at === 0 && (plus || bracket)
  const telephone = marked || first.startsWith('0') || /[()]/.test(between[at + 1] ?? '')
  let end = at + 1
  let figures = first.length
  let dashes = 0
  for (; end < groups.length; end++) {
    const sign = between[end] ?? ''
    const length = groups[end]?.length ?? 0
    const dash = DASH.test(sign)
    if (!(dash || sign === ' ' || /[()]/.test(sign) || (telephone && /^[./]$/.test(sign)))) break
    if (length > LONGEST_GROUP || figures + length > (telephone ? LONGEST_TELEPHONE : LONGEST_ACCOUNT)) break
    if (telephone && figures >= LEAST_TRUNK && groups[end]?.startsWith('0') === true) break
    if (!telephone && sign === ' ' && (length < 2 || first.length < 2)) break
    // A dash after spaces, or a space after dashes, begins another number, except in a telephone number.
    if (!telephone && end > at + 1 && dash !== dashes > 0) break
    figures += length
    if (dash) dashes++
  }
  const members = groups.slice(at, end)
  if (members.length < 2) return marked ? { form: telephoneOf(first, plus), groups: 1 } : undefined
  if (members.length === 2 && members.every(each => YEAR.test(each))) return undefined
  const least = telephone || dashes > 0 ? LEAST_DASHED : LEAST_SPACED
  if (figures < least || (!telephone && dashes === 0 && members.length < 3)) return undefined
  const { main, also } = telephoneOf(members.join(''), plus && at === 0)
  return { form: form(main, also, members), groups: members.length }
}

const LEAST_INTERNATIONAL = 11
const SHORTEST_NATIONAL = 6
const LONGEST_COUNTRY_CODE = 3

/** A number without its dialling prefix: 0, 00 and, as other forms, a country code of one to three figures. */
const telephoneOf = (figures: string, plus: boolean): Form => {
  const bare = figures.length < LEAST_TRUNK ? figures : figures.replace(/^0+/, '')
  const international =
    plus || figures.startsWith('00') || (!figures.startsWith('0') && figures.length >= LEAST_INTERNATIONAL)
  if (!international || bare.length > LONGEST_TELEPHONE) return form(bare)
  const also: string[] = []
  for (let code = 1; code <= LONGEST_COUNTRY_CODE; code++) {
    const national = bare.slice(code).replace(/^0+/, '')
    if (national.length >= SHORTEST_NATIONAL) also.push(national)
  }
  return form(bare, [...new Set(also)])
}

const single = (figures: string): Form => (figures.length < LEAST_TRUNK ? form(figures) : telephoneOf(figures, false))

/**
 * Tried in this order: a number that looks like a date is not a telephone number, and neither is one that looks like an
 * amount.
 */
const READERS: readonly Reader[] = [date, time, version, thousands, joined, decimal]
