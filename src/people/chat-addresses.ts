/** Decides whether two WhatsApp addresses belong to the same account: by phone number, by LID, or by one of each. */
import type { People } from './people.ts'
import type { Identity, Person } from './person.ts'

type KnownPeople = Pick<People, 'lookUp' | 'nameHistory'>

/** `unknown`: a phone number and a LID, and it is not known whether they belong together. */
export type SameAccount = 'yes' | 'no' | 'unknown'

const SERVERS: Readonly<Partial<Record<Identity['kind'], string>>> = { phone: 'c.us', lid: 'lid' }

/** The WhatsApp address of an identity; a username has none. */
export const addressOfIdentity = ({ kind, value }: Identity): string | undefined => {
  const server = SERVERS[kind]
  return server === undefined ? undefined : `${value}@${server}`
}

/** The reference by which a person is looked up with an identity. */
const referenceTo = ({ kind, value }: Identity): string =>
  kind === 'lid' ? `${value}@lid` : kind === 'username' ? `@${value}` : value

/** The person who has the first of these identities that is known. */
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

  /** The current holder of an address. */
  async holderOf(address: string): Promise<Person | undefined> {
    const [value = '', server] = address.split('@')
    return await personOf(this.#people, [{ kind: server === 'lid' ? 'lid' : 'phone', value }])
  }

  /**
   * All addresses of the account with this address, including previous ones.
   * @param shown identities that WhatsApp currently shows for the account
   */
  async all(address: string, shown: readonly Identity[] = []): Promise<ReadonlySet<string>> {
    const person = await this.holderOf(address)
    const former = person === undefined ? [] : (await this.#people.nameHistory(person.person_id)).former
    const identities = [...shown, ...(person?.identities ?? []), ...former]
    return new Set([address, ...identities.map(addressOfIdentity).filter(each => each !== undefined)])
  }

  /** @param shown identities that WhatsApp currently shows for the account with the address `one` */
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
