/** Finds the people whom a caller names for an exported chat: known ones, and those who have never written. */
import { looseName } from '../../messages/forgotten-words.ts'
import type { People } from '../../people/people.ts'
import { nameOrPhone, phoneOf, type Person } from '../../people/person.ts'
import { DenidinError } from '../../platform/errors.ts'
import { phoneDigits } from '../../platform/phone.ts'
import { suggest } from '../../platform/suggest.ts'

const PAGE = 500
/** People among whom names are looked for. */
const MOST_PEOPLE = 20_000
/** People of one name that a sentence lists. */
const MOST_LISTED = 5

/** Everyone whom DeniDin knows, newest first. */
export const everyone = async (directory: Pick<People, 'list'>): Promise<readonly Person[]> => {
  const all: Person[] = []
  for (let before: string | undefined; all.length < MOST_PEOPLE;) {
    const page = await directory.list({ limit: PAGE, ...(before === undefined ? {} : { before }) })
    all.push(...page)
    before = page.at(-1)?.person_id
    if (page.length < PAGE) break
  }
  return all
}

const NEWCOMER = 'new:'

/** Someone with a number who has never written: a person only once a load admits them. */
export const newcomer = (digits: string): Person => ({
  person_id: `${NEWCOMER}${digits}`,
  name: undefined,
  identities: [{ kind: 'phone', value: digits }],
  role: 'client',
  allowed: false,
  created_at: 0,
})

export const isNewcomer = ({ person_id }: Pick<Person, 'person_id'>): boolean => person_id.startsWith(NEWCOMER)

/** Makes a newcomer a person, as their first message would; a known person stays as they are. @param name of a newcomer */
export const admit = async (people: Pick<People, 'resolve'>, person: Person, name?: string): Promise<Person> => {
  if (!isNewcomer(person)) return person
  const own_name = name === undefined || phoneDigits(name) !== undefined ? {} : { name }
  return await people.resolve({ identities: person.identities, ...own_name })
}

/**
 * A person by number, `@username`, id, or a name that no one else has; someone new by a number that no one has.
 * @throws DenidinError `not_found`, or `invalid_input` for a name of several people
 */
export const personNamed = async (directory: Pick<People, 'lookUp' | 'list'>, reference: string): Promise<Person> => {
  const known = await directory.lookUp(reference)
  if (known !== undefined) return known
  const digits = phoneDigits(reference)
  if (digits !== undefined) return newcomer(digits)
  const people = await everyone(directory)
  const loose = looseName(reference)
  const [only, ...more] = people.filter(({ name }) => name !== undefined && looseName(name) === loose)
  if (only === undefined) throw unknown(reference, people)
  if (more.length === 0) return only
  const listed = [only, ...more]
    .slice(0, MOST_LISTED)
    .map(({ identities, person_id }) => phoneOf(identities) ?? person_id)
  throw new DenidinError(
    'invalid_input',
    `${String(more.length + 1)} people are called "${reference}": give a number or a person id (${listed.join(', ')})`,
  )
}

const unknown = (reference: string, people: readonly Person[]): DenidinError => {
  const names = people.map(nameOrPhone).filter(each => each !== undefined)
  const near = suggest(reference, names)
  const hint = near === undefined ? '' : `; did you mean "${near}"?`
  return new DenidinError(
    'not_found',
    `there is no person "${reference}": give a phone number with its country code, an @username, a person id or a name${hint}`,
  )
}
