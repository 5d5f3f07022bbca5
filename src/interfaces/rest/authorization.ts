/**
 * Decides who a request comes from and what it may reach. Every request passes through here, and no other code of the API
 * decides anything about access; the operations confine a caller of one person to what is that person's own.
 */
import { PERSONAL_SCOPES, type ApiToken, type ApiTokens, type TokenScope } from '../../access/api-token.ts'
import { isSecretOf, parseToken } from '../../access/token-text.ts'
import { confinedChatOf } from '../../messages/confined-chat.ts'
import { scopeOfPerson } from '../../messages/scope.ts'
import { mayCall, type Caller, type Operation } from '../../operations/operation.ts'
import type { People } from '../../people/people.ts'
import type { Clock } from '../../platform/clock.ts'
import { Problem } from './problem.ts'
import type { RequestLimit } from './request-limit.ts'

export interface AuthorizationDeps {
  readonly tokens: Pick<ApiTokens, 'find' | 'used'>
  readonly people: Pick<People, 'find'>
  readonly limit: Pick<RequestLimit, 'take'>
  readonly clock: Clock
}

/** A request with a valid token. */
export interface Authenticated {
  readonly token: ApiToken
  /** Of the token; never logged, never kept. */
  readonly secret: string
  readonly caller: Caller
}

/** What a request brings along. */
export interface Credentials {
  /** The header `Authorization`. */
  readonly header: string | undefined
  /** Network address of the caller. */
  readonly address: string
  /** Whether a browser may send the token as the password of HTTP's basic scheme. */
  readonly basic: boolean
}

const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="DeniDin"' }
const BASIC_CHALLENGE = { 'WWW-Authenticate': 'Basic realm="DeniDin: any user name, a token as the password"' }

export class Authorization {
  readonly #deps: AuthorizationDeps

  constructor(deps: AuthorizationDeps) {
    this.#deps = deps
  }

  /** @throws Problem `unauthorized`, `forbidden` for a blocked person, `too_many_requests` */
  async authenticate({ header, address, basic }: Credentials): Promise<Authenticated> {
    const { limit, tokens, clock } = this.#deps
    const parts = parseToken(tokenIn(header, basic))
    const token = parts === undefined ? undefined : await tokens.find(parts.token_id)
    if (parts === undefined || token === undefined || !isSecretOf(parts.secret, token.secret_hash)) {
      limit.take(`address ${address}`)
      const detail =
        header === undefined
          ? 'send a token in the header "Authorization: Bearer …"; `denidin api token create` makes one'
          : 'the token is not valid: it is mistyped, was revoked, or is of another DeniDin'
      throw new Problem('unauthorized', detail, { headers: basic ? BASIC_CHALLENGE : CHALLENGE })
    }
    limit.take(`token ${token.token_id}`)
    const now = clock.now()
    if (token.expires_at !== undefined && now >= token.expires_at) {
      throw new Problem('unauthorized', 'the token has expired; `denidin api token create` makes a new one', {
        headers: CHALLENGE,
      })
    }
    const caller = await this.#callerOf(token)
    await tokens.used(token, now)
    return { token, secret: parts.secret, caller }
  }

  async #callerOf({ name, person_id }: ApiToken): Promise<Caller> {
    if (person_id === undefined) return { transport: 'rest', level: 'operator', token: name }
    const person = await this.#deps.people.find(person_id)
    if (person === undefined) {
      throw new Problem('unauthorized', 'the person of this token is not known any more', { headers: CHALLENGE })
    }
    if (person.role === 'blocked') throw new Problem('forbidden', 'the person of this token is blocked')
    const chat = { chat_id: confinedChatOf(person.person_id), scope: scopeOfPerson(person.person_id) }
    return { transport: 'rest', level: 'anyone', token: name, person, chat }
  }
}

/** The text of the token in the header; empty when there is none. */
const tokenIn = (header: string | undefined, basic: boolean): string => {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+) *$/.exec(header ?? '') ?? []
  if (scheme.toLowerCase() === 'bearer') return value
  if (!basic || scheme.toLowerCase() !== 'basic') return ''
  return Buffer.from(value, 'base64').toString('utf8').split(':').slice(1).join(':')
}

/** What a route asks of a caller. */
export interface Guarded {
  /** `undefined`: any token will do. */
  readonly scope: TokenScope | undefined
  /** What it runs; `undefined`: nothing that belongs to anyone. */
  readonly operation: Pick<Operation, 'access' | 'own'> | undefined
}

/**
 * Refuses what a token is not for, before anything is looked at.
 * @throws Problem `forbidden`
 */
export const authorize = ({ token, caller }: Authenticated, { scope, operation }: Guarded): void => {
  if (scope !== undefined && !token.scopes.includes(scope)) {
    throw new Problem(
      'forbidden',
      `this needs a token with the scope ${scope}; this one has ${token.scopes.join(', ')}`,
    )
  }
  if (caller.person === undefined) return
  const isPersonal = scope === undefined || PERSONAL_SCOPES.includes(scope)
  if (isPersonal && (operation === undefined || mayCall(caller, operation))) return
  throw new Problem('forbidden', 'this needs a token that is not confined to one person')
}

/** Whether a token may do what is guarded so. */
export const isAllowed = (authenticated: Authenticated, guarded: Guarded): boolean => {
  try {
    authorize(authenticated, guarded)
    return true
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}
