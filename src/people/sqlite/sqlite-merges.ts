/** Merges of two people in SQLite, and the data that is still to be reassigned after them. */
import type { Database } from '../../database/sqlite/database.ts'
import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { PersonId, Role } from '../person.ts'
import type { PersonalData } from '../personal-data.ts'
import { mergedRole } from '../roles.ts'

export interface MergeDeps {
  readonly database: Database
  readonly clock: Clock
  readonly personalData: readonly Pick<PersonalData, 'name' | 'reassign'>[]
  readonly logger: Logger
}

interface MergeRow {
  readonly from_id: PersonId
  readonly into_id: PersonId
}

interface Merged {
  readonly name: string | null
  readonly role: Role
  readonly allowed: number
}

/**
 * A turn that was running when two people were merged may still write under the id that was removed. After this time it
 * has ended, and the data under that id is reassigned a second time.
 */
const SETTLED_AFTER_MS = 10 * MINUTE_MS
const PASSES = 2

/**
 * Merges two people. The identities and the role move in one transaction, so that from then on every message comes from
 * the survivor, and a block applies immediately. The data about the other person follows, store by store; after a crash
 * or a failure the rest is retried.
 */
export class SqliteMerges {
  readonly #deps: MergeDeps
  /** When the next unfinished merge is due, so that an ordinary message need not read the table. */
  #next_due = 0
  #running: Promise<void> = Promise.resolve()

  constructor(deps: MergeDeps) {
    this.#deps = deps
  }

  /** Moves identities and role of `from` to `into` and removes `from`, inside the open transaction. */
  begin(into: PersonId, from: PersonId): void {
    const { database, clock, logger } = this.#deps
    const [survivor, other] = [this.#kept(into), this.#kept(from)]
    this.#moveNames(into, from)
    database.run('update persons set name = :name, role = :role, allowed = :allowed where person_id = :into', {
      into,
      name: survivor.name ?? other.name,
      role: mergedRole(survivor.role, other.role),
      allowed: Math.max(survivor.allowed, other.allowed),
    })
    database.run('update merges set into_id = :into where into_id = :from', { into, from })
    database.run('insert into merges (from_id, into_id, merged_at, due_at) values (:from, :into, :now, :now)', {
      into,
      from,
      now: clock.now(),
    })
    database.run('delete from persons where person_id = :from', { from })
    this.#next_due = 0
    logger.info('Two people were merged', { into_id: into, from_id: from })
  }

  /** Reassigns data that is due, of one survivor or of all. A store that fails does not reject: it is tried again. */
  async finish(into?: PersonId): Promise<void> {
    if (this.#isLater(this.#next_due) || this.#due(into).length === 0) return
    const finishNext = (): Promise<void> => this.#finishDue(into)
    this.#running = this.#running.then(finishNext, finishNext)
    await this.#running
  }

  #isLater(due_at: number): boolean {
    const left_ms = due_at - this.#deps.clock.now()
    return due_at === Infinity || (left_ms > 0 && left_ms <= SETTLED_AFTER_MS)
  }

  async #finishDue(into: PersonId | undefined): Promise<void> {
    const failed = new Set<PersonId>()
    // Read again each time: a survivor who was merged meanwhile has another survivor.
    for (;;) {
      const row = this.#due(into).find(each => !failed.has(each.from_id))
      if (row === undefined) break
      if (!(await this.#reassign(row))) failed.add(row.from_id)
    }
    const next = this.#deps.database.get<{ due: number | null }>('select min(due_at) as due from merges')
    this.#next_due = next?.due ?? Infinity
  }

  /** Reassigns all data of one person to the other. @returns whether every store succeeded */
  async #reassign({ from_id, into_id }: MergeRow): Promise<boolean> {
    const { database, clock, logger } = this.#deps
    let is_complete = true
    for (const data of this.#deps.personalData) {
      try {
        await data.reassign(from_id, into_id)
      } catch (error) {
        // A store that fails does not hold up the others; all are tried again.
        const { code } = asDenidinError(error)
        logger.error('Could not give data to the merged person, will try again', { store: data.name, into_id, code })
        is_complete = false
      }
    }
    if (!is_complete) return false
    database.run(
      `update merges set passes = passes + 1, due_at = case when passes + 1 < :passes then :later end
       where from_id = :from_id`,
      { from_id, passes: PASSES, later: clock.now() + SETTLED_AFTER_MS },
    )
    return true
  }

  #moveNames(into: PersonId, from: PersonId): void {
    const { database } = this.#deps
    database.run('update identities set person_id = :into where person_id = :from', { into, from })
    database.run('update or replace former_identities set person_id = :into where person_id = :from', { into, from })
    database.run(
      `delete from former_identities
       where person_id = :into and (kind, value) in (select kind, value from identities where person_id = :into)`,
      { into },
    )
    // An identity that passed between these two did not pass to another person.
    database.run('update identities set passed_from = :into where passed_from = :from', { into, from })
    database.run('update identities set passed_from = null where person_id = :into and passed_from = :into', { into })
  }

  /** Merges that are due, including those further in the future than any delay: the clock was set back since. */
  #due(into: PersonId | undefined): readonly MergeRow[] {
    const now = this.#deps.clock.now()
    return this.#deps.database.all<MergeRow>(
      `select from_id, into_id from merges
       where (due_at <= :now or due_at > :latest) and (:into is null or into_id = :into) order by merged_at, from_id`,
      { now, latest: now + SETTLED_AFTER_MS, into: into ?? null },
    )
  }

  #kept(person_id: PersonId): Merged {
    return this.#deps.database.get<Merged>('select name, role, allowed from persons where person_id = :person_id', {
      person_id,
    }) as Merged
  }
}
