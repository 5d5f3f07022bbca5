/** The idempotency store in SQLite: answers for repeated requests. */
import type { Database } from '../../database/sqlite/database.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import { KEPT_MS, type EarlierRequest, type IdempotencyStore, type IdempotentRequest } from '../idempotency-store.ts'

/** Requests that are remembered at most; the oldest are forgotten first. */
const MOST_ROWS = 10_000

interface AnswerRow {
  readonly fingerprint: string
  readonly status: number | null
  readonly sealed: Uint8Array | null
}

const HERE = 'token_id = :token_id and key_hash = :key_hash'

const placeOf = ({ token_id, key_hash }: IdempotentRequest) => ({ token_id, key_hash })

/** An idempotency store in SQLite. Answers for a person's tokens go with the person, and with the token. */
export const createSqliteIdempotencyStore = (database: Database): IdempotencyStore & PersonalData => {
  /** Makes room; `at` may be earlier than before where the clock was set back. */
  const prune = (at: number): void => {
    database.run('delete from api_answers where at <= :before or at > :after', {
      before: at - KEPT_MS,
      after: at + KEPT_MS,
    })
    database.run(
      `delete from api_answers where rowid in (
         select rowid from api_answers order by at desc, rowid desc limit -1 offset :most)`,
      { most: MOST_ROWS - 1 },
    )
  }

  const earlier = (request: IdempotentRequest): EarlierRequest | undefined => {
    const row = database.get<AnswerRow>(
      `select fingerprint, status, sealed from api_answers where ${HERE}`,
      placeOf(request),
    )
    return row === undefined
      ? undefined
      : { fingerprint: row.fingerprint, status: row.status ?? undefined, sealed: row.sealed ?? undefined }
  }

  return {
    begin: async request =>
      database.transaction(() => {
        prune(request.at)
        const known = earlier(request)
        if (known !== undefined) return known
        database.run(
          `insert into api_answers (token_id, key_hash, fingerprint, person_id, at)
           values (:token_id, :key_hash, :fingerprint, :person_id, :at)`,
          { ...request, person_id: request.person_id ?? null },
        )
        return undefined
      }),
    conclude: async (request, status, sealed) => {
      database.run(`update api_answers set status = :status, sealed = :sealed where ${HERE}`, {
        ...placeOf(request),
        status,
        sealed: sealed ?? null,
      })
    },
    drop: async request => {
      database.run(`delete from api_answers where ${HERE}`, placeOf(request))
    },

    name: 'api answers',
    tables: ['api_answers'],
    count: async person_id =>
      database.get<{ n: number }>('select count(*) as n from api_answers where person_id = :person_id', { person_id })
        ?.n ?? 0,
    reassign: async (from, to) => {
      database.run('update api_answers set person_id = :to where person_id = :from', { from, to })
    },
    // What they hold was handed over by the stores that it came from.
    export: async function* () {},
    erase: async person_id => database.run('delete from api_answers where person_id = :person_id', { person_id }),
  }
}
