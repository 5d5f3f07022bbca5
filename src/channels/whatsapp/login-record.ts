/**
 * What DeniDin records about the login, beside the engine's own files: since when it is linked, and to which account.
 */
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { SECOND_MS } from '../../platform/clock.ts'
import { exists, remove, writeFileAtomic, readOwnText } from '../../platform/files.ts'
import { areDifferentAccounts, withNames } from './account.ts'
import type { Self } from './whatsapp-message.ts'

const RECORD_FILE = 'linked.json'
/** Kept when the login is deleted: the next login may be another account. */
const ACCOUNT_FILE = 'account.json'
/** Why the last login ended; kept until the device is linked again. */
const UNLINKED_FILE = 'unlinked.json'

type Account = Self & { readonly since: number }

/** The end of a login. */
export interface Unlinking {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** One sentence for the operator. */
  readonly reason: string
}

/** The files `linked.json`, `account.json` and `unlinked.json` in the folder of the login. */
export class LoginRecord {
  readonly #record: string
  readonly #account: string
  readonly #unlinked: string

  /** @param login_dir the folder, which must exist before anything is written */
  constructor(login_dir: string) {
    this.#record = join(login_dir, RECORD_FILE)
    this.#account = join(login_dir, ACCOUNT_FILE)
    this.#unlinked = join(login_dir, UNLINKED_FILE)
  }

  /**
   * Whether the device was linked and, as far as we know, still is: if so, the engine's files should contain a login.
   */
  isLinked(): Promise<boolean> {
    return exists(this.#record)
  }

  /**
   * When this device was linked, in milliseconds since the Unix epoch: earlier messages were not meant for DeniDin. 0
   * if that is unknown.
   */
  async linkedAt(): Promise<number> {
    try {
      const record = JSON.parse(await readOwnText(this.#record)) as { linked_at?: unknown }
      return typeof record.linked_at === 'number' ? record.linked_at : 0
    } catch {
      return 0
    }
  }

  /** Records when the device was linked, in whole seconds, the precision of message times. */
  async setLinkedAt(at: number): Promise<void> {
    const linked_at = Math.floor(at / SECOND_MS) * SECOND_MS
    await writeFileAtomic(this.#record, `${JSON.stringify({ linked_at })}\n`)
    await remove(this.#unlinked)
  }

  /** Forgets that the device is linked, and records why it no longer is. */
  async forget(unlinking: Unlinking): Promise<void> {
    await writeFileAtomic(this.#unlinked, `${JSON.stringify(unlinking)}\n`)
    await remove(this.#record)
  }

  /** Why and when the last login ended; `undefined` while the device is linked, or if it never was. */
  async lastUnlinking(): Promise<Unlinking | undefined> {
    try {
      const { at, reason } = JSON.parse(await readOwnText(this.#unlinked)) as Record<string, unknown>
      return typeof at === 'number' && typeof reason === 'string' ? { at, reason } : undefined
    } catch {
      return undefined
    }
  }

  /**
   * Since when this folder belongs to this account, in milliseconds since the Unix epoch: earlier messages were meant
   * for another one. 0 if no other account is known. For an account that is new here, `now` counts.
   */
  async accountSince(self: Self, now: number): Promise<number> {
    const known = await this.account()
    if (self.phone === undefined && self.lid === undefined) return known?.since ?? 0
    const since = known === undefined ? 0 : areDifferentAccounts(known, self) ? now : known.since
    const account: Account = { ...withNames(known ?? self, self), since }
    if (known === undefined || !isDeepStrictEqual(account, known)) {
      await writeFileAtomic(this.#account, `${JSON.stringify(account)}\n`)
    }
    return since
  }

  /** The account that was linked last, and since when this folder belongs to it; `undefined` if none is known. */
  async account(): Promise<Account | undefined> {
    try {
      const { phone, lid, since } = JSON.parse(await readOwnText(this.#account)) as Record<string, unknown>
      if (typeof since !== 'number') return undefined
      return {
        phone: typeof phone === 'string' ? phone : undefined,
        lid: typeof lid === 'string' ? lid : undefined,
        since,
      }
    } catch {
      return undefined
    }
  }
}
