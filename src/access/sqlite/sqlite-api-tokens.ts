/** Tokens of the REST API in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import { recordedTime, type PersonalData } from '../../people/personal-data.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import { TOKEN_SCOPES, type ApiToken, type ApiTokens, type StoredToken } from '../api-token.ts'

interface TokenRow {
  readonly token_id: string
  readonly name: string
  readonly secret_hash: Uint8Array
  readonly scopes: string
  readonly person_id: string | null
  readonly created_at: number
  readonly expires_at: number | null
  readonly last_used_at: number | null
}

const tokenOf = ({ secret_hash: _hash, ...row }: TokenRow): ApiToken => ({
  ...row,
  scopes: TOKEN_SCOPES.filter(scope => row.scopes.split(' ').includes(scope)),
  person_id: row.person_id ?? undefined,
  expires_at: row.expires_at ?? undefined,
  last_used_at: row.last_used_at ?? undefined,
})

/** Tokens in SQLite; those of a person go with the person. */
export const createSqliteApiTokens = (database: Database): ApiTokens & PersonalData => {
  const select = (where: string, parameters: Record<string, string>): readonly TokenRow[] =>
    database.all<TokenRow>(`select * from api_tokens where ${where} order by created_at desc, token_id`, parameters)
  const ofPerson = (person_id: string): readonly TokenRow[] => select('person_id = :person_id', { person_id })

  return {
    add: async ({ token_id, name, secret_hash, scopes, person_id, created_at, expires_at }) =>
      database.run(
        `insert into api_tokens (token_id, name, secret_hash, scopes, person_id, created_at, expires_at)
         values (:token_id, :name, :secret_hash, :scopes, :person_id, :created_at, :expires_at)
         on conflict do nothing`,
        {
          token_id,
          name,
          secret_hash,
          scopes: scopes.join(' '),
          person_id: person_id ?? null,
          created_at,
          expires_at: expires_at ?? null,
        },
      ) > 0,
    find: async (token_id): Promise<StoredToken | undefined> => {
      const [row] = select('token_id = :token_id', { token_id })
      return row === undefined ? undefined : { ...tokenOf(row), secret_hash: row.secret_hash }
    },
    list: async () => select('true', {}).map(tokenOf),
    used: async ({ token_id, last_used_at }, at) => {
      if (last_used_at !== undefined && Math.abs(at - last_used_at) < MINUTE_MS) return
      // After a power cut the time may be missing: it is for the operator's eyes.
      database.unflushed(() => {
        database.run('update api_tokens set last_used_at = :at where token_id = :token_id', { token_id, at })
      })
    },
    remove: async reference => {
      const [row] = select('name = :reference or token_id = :reference', { reference })
      if (row === undefined) return undefined
      database.run('delete from api_tokens where token_id = :token_id', { token_id: row.token_id })
      return tokenOf(row)
    },

    name: 'api tokens',
    tables: ['api_tokens'],
    count: async person_id => ofPerson(person_id).length,
    reassign: async (from, to) => {
      database.run('update api_tokens set person_id = :to where person_id = :from', { from, to })
    },
    export: async function* (person_id) {
      for (const row of ofPerson(person_id)) {
        yield {
          section: 'api tokens',
          fields: {
            name: row.name,
            scopes: row.scopes,
            created_at: recordedTime(row.created_at),
            expires_at: recordedTime(row.expires_at),
            last_used_at: recordedTime(row.last_used_at),
          },
        }
      }
    },
    erase: async person_id => database.run('delete from api_tokens where person_id = :person_id', { person_id }),
  }
}
