/** Verifies `archive.db` and rebuilds its derived data; the thread answers other requests in between. */
import { renameSync, rmSync } from 'node:fs'
import { databaseFiles, type Database } from '../../database/sqlite/database.ts'
import { checkInProcess, copyInProcess } from '../../database/sqlite/database-process.ts'
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import { Precedence } from '../../platform/precedence.ts'
import { archiveHash } from '../archive-identity.ts'
import type { ArchiveRole } from '../archive-message.ts'
import type {
  ArchiveFinding,
  ArchiveMaintenance,
  ArchiveRebuild,
  ArchiveVerification,
  MaintenanceOptions,
} from '../archive-maintenance.ts'

/** How many messages one step handles: a few milliseconds of work. */
const BATCH = 500
/** How many examples a finding contains. */
const MOST_EXAMPLES = 10

/** What removes the bot's conversations from a copy. */
const WITHOUT_CONVERSATIONS = [
  'delete from archive_messages where message_id is not null',
  'delete from followed',
  'vacuum',
]

interface IdentityRow {
  readonly seq: number
  readonly hash: Uint8Array
  readonly role: ArchiveRole
  readonly content: string
  readonly session: string | null
  readonly at: number | null
  readonly sender_name: string | null
  readonly occurrence: number
  readonly message_id: string | null
}

const hashOf = ({ role, content, session, at, sender_name, occurrence, message_id }: IdentityRow): Uint8Array =>
  archiveHash({
    role,
    content,
    occurrence,
    session: session ?? undefined,
    at: at ?? undefined,
    sender_name: sender_name ?? undefined,
    message_id: message_id ?? undefined,
  })

/** Rows that must not exist: the name of each fault, and the query that finds it. */
const FAULTS: readonly { readonly what: ArchiveFinding['what']; readonly sql: string }[] = [
  {
    what: 'message_without_place',
    sql: `select seq as example from archive_messages m where source_type <> 'denidin'
      and seq > :after and seq <= :up_to and not exists (select 1 from places where places.seq = m.seq)`,
  },
  {
    what: 'unknown_reference',
    sql: `select seq as example from archive_messages m where seq > :after and seq <= :up_to and (
      (project_id is not null and not exists (select 1 from projects p where p.project_id = m.project_id))
      or (session_no is not null and not exists (select 1 from archive_sessions s where s.session_no = m.session_no))
      or (component_id is not null and not exists (select 1 from components c where c.component_id = m.component_id)))`,
  },
  {
    what: 'place_without_message',
    sql: `select seq as example from places p where seq > :after and seq <= :up_to
      and not exists (select 1 from archive_messages m where m.seq = p.seq)`,
  },
]

export class SqliteArchiveMaintenance implements ArchiveMaintenance {
  readonly #database: Database
  readonly #clock: Pick<Clock, 'now'>
  readonly #precedence: Precedence

  /** @param precedence what goes before each step */
  constructor(database: Database, clock: Pick<Clock, 'now'>, precedence = new Precedence()) {
    this.#database = database
    this.#clock = clock
    this.#precedence = precedence
    this.#removeUnfinished()
  }

  async verify(check_hashes: boolean, options: MaintenanceOptions): Promise<ArchiveVerification> {
    const findings: ArchiveFinding[] = []
    const damage = await this.#damage(options.signal)
    if (damage !== undefined) findings.push(damage)
    const faults = new Findings()
    const newest = this.#newest()
    let checked = 0
    for (let after = 0; after < newest; after += BATCH) {
      options.signal.throwIfAborted()
      const range = { after, up_to: after + BATCH }
      for (const { what, sql } of FAULTS) {
        for (const { example } of this.#database.all<{ example: number }>(sql, range)) faults.add(what, example)
      }
      if (check_hashes) {
        for (const row of this.#identities(range)) {
          if (!isSame(row.hash, hashOf(row))) faults.add('wrong_hash', row.seq)
          checked++
        }
      }
      options.progress({ done: Math.min(after + BATCH, newest), total: newest, unit: 'messages' })
      await this.#precedence.giveWay()
    }
    for (const run_id of this.#runsWithWrongCounts()) faults.add('wrong_counts', run_id)
    const { messages, runs } = this.#counts()
    return { messages, runs, hashes_checked: checked, findings: [...findings, ...faults.all] }
  }

  async rebuild(backs_up: boolean, options: MaintenanceOptions): Promise<ArchiveRebuild> {
    const backup = backs_up ? await this.#copy(options.signal) : undefined
    const newest = this.#newest()
    let changed = 0
    let merged = 0
    for (let after = 0; after < newest; after += BATCH) {
      options.signal.throwIfAborted()
      const rows = this.#identities({ after, up_to: after + BATCH }).filter(row => !isSame(row.hash, hashOf(row)))
      this.#database.transaction(() => {
        for (const row of rows) {
          if (this.#renew(row)) changed++
          else merged++
        }
      })
      await this.#database.checkpointIfLong()
      options.progress({ done: Math.min(after + BATCH, newest), total: newest, unit: 'messages' })
      await this.#precedence.giveWay()
    }
    return { backup, messages: this.#counts().messages, changed, merged }
  }

  #identities(range: { readonly after: number; readonly up_to: number }): readonly IdentityRow[] {
    return this.#database.all<IdentityRow>(
      `select seq, hash, role, content, session_id as session, at, sender_name, occurrence, message_id
       from archive_messages left join archive_sessions using (session_no) where seq > :after and seq <= :up_to`,
      range,
    )
  }

  /**
   * @returns whether the message stays: if it is the same as another, its places move to that one, and it is removed
   */
  #renew(row: IdentityRow): boolean {
    const hash = hashOf(row)
    const { seq } = row
    const other = this.#database.get<{ seq: number }>('select seq from archive_messages where hash = :hash', { hash })
    if (other === undefined) {
      this.#database.run('update archive_messages set hash = :hash where seq = :seq', { seq, hash })
      return true
    }
    this.#database.run('update or ignore places set seq = :other where seq = :seq', { seq, other: other.seq })
    this.#database.run('delete from archive_messages where seq = :seq', { seq })
    return false
  }

  /**
   * A copy beside the archive, with the time in its name. It does not contain the bot's conversations, because they can
   * be copied again, and forgotten messages must not remain in it.
   */
  async #copy(signal: AbortSignal): Promise<string> {
    const time = new Date(this.#clock.now()).toISOString().replace(/[:.]/g, '-')
    const copy = this.#database.path.replace(/(\.db)?$/, `-${time}.backup.db`)
    const unfinished = this.#unfinished
    try {
      await this.#precedence.restartable(async stop => {
        this.#removeUnfinished()
        const any = AbortSignal.any([signal, stop])
        await copyInProcess(this.#database.path, { to: unfinished, then: WITHOUT_CONVERSATIONS }, any)
      })
      renameSync(unfinished, copy)
      return copy
    } finally {
      this.#removeUnfinished()
    }
  }

  /** Path of the copy while it still contains conversations. */
  get #unfinished(): string {
    return `${this.#database.path}.unfinished`
  }

  /** Removes a copy that a crash left: it would keep words that are forgotten later. */
  #removeUnfinished(): void {
    for (const file of databaseFiles(this.#unfinished)) rmSync(file, { force: true })
  }

  async #damage(signal: AbortSignal): Promise<ArchiveFinding | undefined> {
    try {
      await this.#precedence.restartable(async stop => {
        await checkInProcess(this.#database.path, AbortSignal.any([signal, stop]))
      })
      return undefined
    } catch (error) {
      if (!(error instanceof DenidinError) || error.code !== 'damaged') throw error
      return { what: 'damaged_page', count: 1, examples: [error.message] }
    }
  }

  /** Each message that a run found is new or a duplicate, and each error is a line that was set aside. */
  #runsWithWrongCounts(): readonly number[] {
    return this.#database
      .all<{ run_id: number }>(
        `select run_id from extraction_runs where messages_extracted <> new_unique_messages + duplicate_messages
           or errors_count <> (select count(*) from rejected_lines r where r.run_id = extraction_runs.run_id)`,
      )
      .map(({ run_id }) => run_id)
  }

  #newest(): number {
    return (
      this.#database.get<{ newest: number | null }>(
        'select max((select max(seq) from archive_messages), coalesce((select max(seq) from places), 0)) newest',
      )?.newest ?? 0
    )
  }

  #counts(): { readonly messages: number; readonly runs: number } {
    return this.#database.get<{ messages: number; runs: number }>(
      'select (select count(*) from archive_messages) messages, (select count(*) from extraction_runs) runs',
    ) as { messages: number; runs: number }
  }
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0

/** The findings, counted, with examples. */
class Findings {
  readonly #found = new Map<ArchiveFinding['what'], { count: number; readonly examples: string[] }>()

  add(what: ArchiveFinding['what'], example: number): void {
    const found = this.#found.get(what) ?? { count: 0, examples: [] }
    found.count++
    if (found.examples.length < MOST_EXAMPLES) found.examples.push(String(example))
    this.#found.set(what, found)
  }

  get all(): readonly ArchiveFinding[] {
    return [...this.#found].map(([what, found]) => ({ what, ...found }))
  }
}
