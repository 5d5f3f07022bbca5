import { LRUCache } from 'lru-cache'
import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Identity } from '../../people/person.ts'
import { identityOf } from './message-mapper.ts'

/** Asks WhatsApp which phone, which LID and which username belong together. */
export type LookUp = (
  address: string,
) => Promise<{ readonly phone?: string; readonly lid?: string; readonly username?: string }>

/** Then it is asked for again: a number may pass to another account, and what was not known may be by then. */
const KNOWN_MS = 10 * MINUTE_MS
const MOST_KEPT = 10_000

/** Finds all names of a sender. It never fails: what cannot be found out leaves the one name that is there. */
export class IdentityResolver {
  readonly #lookUp: LookUp
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #deadline_ms: number
  readonly #known = new LRUCache<string, { found: Promise<readonly Identity[]>; until: number }>({ max: MOST_KEPT })

  constructor(deps: { lookUp: LookUp; clock: Clock; logger: Logger; deadline_ms: number }) {
    this.#lookUp = deps.lookUp
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#deadline_ms = deps.deadline_ms
  }

  /** The address's own name first, then the other one where there is one. */
  resolve(address: string): Promise<readonly Identity[]> {
    const kept = this.#known.get(address)
    if (kept !== undefined && kept.until > this.#clock.now()) return kept.found
    const found = this.#find(address)
    this.#known.set(address, { found, until: this.#clock.now() + KNOWN_MS })
    return found
  }

  async #find(address: string): Promise<readonly Identity[]> {
    const own = identityOf(address)
    try {
      const { phone, lid, username } = await withDeadline(this.#clock, this.#deadline_ms, 'looking up a sender', () =>
        this.#lookUp(address),
      )
      const other = own.kind === 'phone' ? lid : phone
      return [
        own,
        ...(other === undefined ? [] : [identityOf(other)]),
        ...(username === undefined ? [] : [{ kind: 'username', value: username } as const]),
      ]
    } catch (error) {
      this.#logger.debug('The other name of a sender could not be found out', { reason: asDenidinError(error).message })
      return [own]
    }
  }
}
