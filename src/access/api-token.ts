/** Tokens of the REST API: what one may do, whose data it may reach, and the port of the store that keeps them. */
import type { PersonId } from '../people/person.ts'

/**
 * What a token may do. `read`: see data; `write`: change data and chat; `admin`: change the installation; `metrics`: read
 * figures for a monitor. No scope includes another.
 */
export const TOKEN_SCOPES = ['read', 'write', 'admin', 'metrics'] as const
export type TokenScope = (typeof TOKEN_SCOPES)[number]

/** Scopes that a token of one person may have: the others are about the installation, which is no one person's. */
export const PERSONAL_SCOPES: readonly TokenScope[] = ['read', 'write']

/** A token without its secret. Times are milliseconds since the Unix epoch. */
export interface ApiToken {
  readonly token_id: string
  /** Unique. It appears in logs. */
  readonly name: string
  readonly scopes: readonly TokenScope[]
  /** The only person whose data exists for this token; `undefined`: everyone's. */
  readonly person_id: PersonId | undefined
  readonly created_at: number
  /** From then on it is refused; `undefined`: never. */
  readonly expires_at: number | undefined
  /** To the minute. */
  readonly last_used_at: number | undefined
}

/** A token with the SHA-256 of its secret, as the store keeps it. */
export interface StoredToken extends ApiToken {
  readonly secret_hash: Uint8Array
}

/** The tokens that exist. */
export interface ApiTokens {
  /** @returns false, and adds nothing, where the name is taken */
  add(token: Omit<StoredToken, 'last_used_at'>): Promise<boolean>
  find(token_id: string): Promise<StoredToken | undefined>
  /** Newest first. */
  list(): Promise<readonly ApiToken[]>
  /** Notes a use, at most once a minute. */
  used(token: ApiToken, at: number): Promise<void>
  /** Removes a token by its name or id: it is refused from now on. @returns the removed one */
  remove(reference: string): Promise<ApiToken | undefined>
}
