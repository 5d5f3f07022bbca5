/** Decides whether two WhatsApp addresses lead to the same account: by phone number, by LID, or by one and the other. */
import type { People } from './people.ts'
import type { Identity, Person } from './person.ts'

type KnownPeople = Pick<People, 'lookUp' | 'nameHistory'>

/** `unknown`: a phone number and a LID, and nothing says that they belong together or to others. */
export type SameAccount = 'yes' | 'no' | 'unknown'

const SERVERS: Readonly<Partial<Record<Identity['kind'], string>>> = { phone: 'c.us', lid: 'lid' }

/** The address that an identity is written with on WhatsApp; a username has none. */
export const addressOfIdentity = ({ kind, value }: Identity): string | undefined => {
  const server = SERVERS[kind]
  return server === undefined ? undefined : `${value}@${server}`
}

/** How a person is looked up by an identity. */
const referenceTo = ({ kind, value }: Identity): string =>
  kind === 'lid' ? `${value}@lid` : kind === 'username' ? `@${value}` : value

/** The person who is known by the first of some identities that anyone is known by. */
export const personOf = async (
  people: Pick<People, 'lookUp'>,
  identities: readonly Identity[],
): Promise<Person | undefined> => {
  for (const identity of identities) {
    const person = await people.lookUp(referenceTo(identity))
    if (person !== undefined) return person
  }
  return undefined
}

export class ChatAddresses {
  readonly #people: KnownPeople

  constructor(people: KnownPeople) {
    this.#people = people
  }

  /** The person who is known by an address now. */
  async holderOf(address: string): Promise<Person | undefined> {
    const [value = '', server] = address.split('@')
    return await personOf(this.#people, [{ kind: server === 'lid' ? 'lid' : 'phone', value }])
  }

  /**
   * All addresses of the account that has this one, those that it had before included.
   * @param shown identities that WhatsApp shows for the account at this moment
   */
  async all(address: string, shown: readonly Identity[] = []): Promise<ReadonlySet<string>> {
    const person = await this.holderOf(address)
    const former = person === undefined ? [] : (await this.#people.nameHistory(person.person_id)).former
    const identities = [...shown, ...(person?.identities ?? []), ...former]
    return new Set([address, ...identities.map(addressOfIdentity).filter(each => each !== undefined)])
  }

  /** @param shown identities that WhatsApp shows at this moment for the account with the address `one` */
  async areSame(one: string, other: string, shown: readonly Identity[] = []): Promise<SameAccount> {
    if (one === other) return 'yes'
    const ofOne = await this.all(one, shown)
    if (ofOne.has(other)) return 'yes'
    const ofOther = await this.all(other)
    if (ofOther.has(one)) return 'yes'
    const [server, otherServer] = [serverOf(one), serverOf(other)]
    if (server === otherServer) return 'no'
    const contradicts = [...ofOne].some(each => serverOf(each) === otherServer)
    return contradicts || [...ofOther].some(each => serverOf(each) === server) ? 'no' : 'unknown'
  }
}

const serverOf = (address: string): string => address.slice(address.indexOf('@') + 1)
