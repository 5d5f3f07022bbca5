/** Finds all names of a sender: WhatsApp may know one person by a phone number, a LID and a username. */
import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Identity } from '../../people/person.ts'
import type { LRUCache } from 'lru-cache'
import { lru } from '../../platform/lru.ts'
import type { EngineConnection } from './engine.ts'
import { identityOf } from './message-mapper.ts'

export interface IdentityResolverDeps {
  /** Throws if there is no connection. */
  readonly connection: () => Pick<EngineConnection, 'displayName' | 'lookUp'>
  readonly clock: Clock
  readonly logger: Logger
  /** Deadline for WhatsApp's answer. */
  readonly deadline_ms: number
}

/**
 * After this time WhatsApp is asked again: a number may pass to another account, and an unknown name may be known by
 * then.
 */
const KNOWN_MS = 10 * MINUTE_MS
const MOST_KEPT = 10_000

/** An answer of WhatsApp, or a pending question, valid until an instant of the monotonic clock. */
type Cache<T> = LRUCache<string, { readonly found: Promise<T>; readonly until: number }>

/** Asks WhatsApp and remembers the answer for ten minutes. Never fails: without an answer a sender has one name. */
export class IdentityResolver {
  readonly #deps: IdentityResolverDeps
  readonly #identities: Cache<readonly Identity[]> = lru(MOST_KEPT)
  readonly #displayNames: Cache<string | undefined> = lru(MOST_KEPT)

  constructor(deps: IdentityResolverDeps) {
    this.#deps = deps
  }

  /** Returns the name that the address itself contains first, then the others. */
  resolve(address: string): Promise<readonly Identity[]> {
    return this.#remembered(this.#identities, address, () => this.#find(address))
  }

  /** The display name of the account with one of these addresses; `undefined` if WhatsApp shows none. */
  displayName(addresses: readonly string[]): Promise<string | undefined> {
    return this.#remembered(this.#displayNames, addresses.join(' '), () => this.#findDisplayName(addresses))
  }

  #remembered<T>(cache: Cache<T>, key: string, find: () => Promise<T>): Promise<T> {
    const { clock } = this.#deps
    const known = cache.get(key)
    if (known !== undefined && known.until > clock.monotonic()) return known.found
    const found = find()
    cache.set(key, { found, until: clock.monotonic() + KNOWN_MS })
    return found
  }

  async #find(address: string): Promise<readonly Identity[]> {
    const { connection, clock, logger, deadline_ms } = this.#deps
    const own = identityOf(address)
    try {
      const { phone, lid, username } = await withDeadline(clock, deadline_ms, 'looking up a sender', () =>
        connection().lookUp(address),
      )
      const other = own.kind === 'phone' ? lid : phone
      return [
        own,
        ...(other === undefined ? [] : [identityOf(other)]),
        ...(username === undefined ? [] : [{ kind: 'username', value: username } as const]),
      ]
    } catch (error) {
      logger.debug('The other names of a sender could not be looked up', { reason: asDenidinError(error).message })
      return [own]
    }
  }

  async #findDisplayName(addresses: readonly string[]): Promise<string | undefined> {
    const { connection, clock, logger, deadline_ms } = this.#deps
    try {
      return await withDeadline(clock, deadline_ms, 'looking up a name', () => connection().displayName(addresses))
    } catch (error) {
      logger.debug('The name of an account could not be looked up', { reason: asDenidinError(error).message })
      return undefined
    }
  }
}
