/** `api.token_create`, `api.token_list` and `api.token_revoke`: who may use the REST API, and for what. */
import { z } from 'zod'
import { PERSONAL_SCOPES, TOKEN_SCOPES, type ApiToken, type TokenScope } from '../../access/api-token.ts'
import { issueToken } from '../../access/token-text.ts'
import { describePerson } from '../../messages/describe-scope.ts'
import { scopeOfPerson } from '../../messages/scope.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import { suggest } from '../../platform/suggest.ts'
import type { Uses } from '../context.ts'
import { operation } from '../operation.ts'
import { findPerson, isoTime, personField, referenceField } from '../references.ts'

const MOST_DAYS = 3650
const MOST_TOKENS = 1000

const tokenSchema = z.object({
  name: z.string(),
  token_id: z.string(),
  scopes: z.string().describe('what it may do, separated by commas'),
  person: z.string().nullable().describe('the only person whose data exists for it; null: everyone’s'),
  created_at: z.string(),
  expires_at: z.string().nullable().describe('null: never'),
  last_used_at: z.string().nullable().describe('to the minute; null: never'),
})

const show = async ({ people }: Uses<'people.directory'>, token: ApiToken): Promise<z.output<typeof tokenSchema>> => {
  const { name, token_id, scopes, person_id, created_at, expires_at, last_used_at } = token
  const person = person_id === undefined ? undefined : await people.directory.find(person_id)
  return {
    name,
    token_id,
    scopes: scopes.join(','),
    person: person === undefined ? (person_id ?? null) : describePerson(person),
    created_at: isoTime(created_at),
    expires_at: expires_at === undefined ? null : isoTime(expires_at),
    last_used_at: last_used_at === undefined ? null : isoTime(last_used_at),
  }
}

/** @throws DenidinError `invalid_input` */
const scopesOf = (written: string, personal: boolean): readonly TokenScope[] => {
  const words = written
    .split(/[\s,]+/)
    .map(word => word.trim().toLowerCase())
    .filter(word => word !== '')
  for (const word of words) {
    if (TOKEN_SCOPES.some(scope => scope === word)) continue
    const near = suggest(word, TOKEN_SCOPES)
    const hint = near === undefined ? '' : `did you mean "${near}"? `
    throw new DenidinError(
      'invalid_input',
      `there is no scope "${word}"; ${hint}allowed are ${TOKEN_SCOPES.join(', ')}`,
    )
  }
  const scopes = TOKEN_SCOPES.filter(scope => words.includes(scope))
  if (scopes.length === 0) throw new DenidinError('invalid_input', `give at least one of ${TOKEN_SCOPES.join(', ')}`)
  const beyond = scopes.find(scope => personal && !PERSONAL_SCOPES.includes(scope))
  if (beyond === undefined) return scopes
  throw new DenidinError(
    'invalid_input',
    `a token of one person cannot have the scope ${beyond}, which is about the whole installation; allowed are ${PERSONAL_SCOPES.join(', ')}`,
  )
}

export const apiTokenCreate = operation({
  summary: 'Create a token for the REST API; it is shown once and cannot be shown again',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: ['api.tokens', 'api.newSecret', 'people.directory', 'system.clock', 'system.ids'],
  input: z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, 'at most 40 small letters, digits, dots, hyphens and underscores')
      .describe('name of the token, which appears in logs: small letters, digits and . - _'),
    scopes: z
      .string()
      .min(1)
      .max(100)
      .default('read')
      .describe(`what it may do, separated by commas: ${TOKEN_SCOPES.join(', ')}`),
    person: personField
      .optional()
      .describe('the only person whose data the token reaches: phone number, @username or id'),
    expires_days: z.int().min(1).max(MOST_DAYS).optional().describe('days until it expires (default: never)'),
  }),
  output: z.object({ token: z.string().describe('the token; keep it secret'), ...tokenSchema.shape }),
  run: async (context, { name, scopes: written, person: reference, expires_days }) => {
    const { api, people, system } = context
    const scopes = scopesOf(written, reference !== undefined)
    const person = reference === undefined ? undefined : await findPerson(people.directory, reference)
    const now = system.clock.now()
    const { token_id, text, secret_hash } = issueToken(system.ids.uuid(), api.newSecret())
    const token: ApiToken = {
      token_id,
      name,
      scopes,
      person_id: person?.person_id,
      created_at: now,
      expires_at: expires_days === undefined ? undefined : now + expires_days * DAY_MS,
      last_used_at: undefined,
    }
    if ((await api.tokens.list()).length >= MOST_TOKENS) {
      throw new DenidinError('invalid_input', `there are ${String(MOST_TOKENS)} tokens already; revoke some`)
    }
    if (!(await api.tokens.add({ ...token, secret_hash }))) {
      throw new DenidinError('invalid_input', `there is a token "${name}" already; revoke it, or choose another name`)
    }
    return {
      output: { token: text, ...(await show(context, token)) },
      touched: person === undefined ? [] : [{ whose: scopeOfPerson(person.person_id), detail: name }],
    }
  },
})

export const apiTokenList = operation({
  summary: 'List the tokens for the REST API, newest first',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['api.tokens', 'people.directory'],
  input: z.strictObject({}),
  output: z.object({ tokens: z.array(tokenSchema) }),
  run: async context => {
    const tokens = await context.api.tokens.list()
    return { tokens: await Promise.all(tokens.map(token => show(context, token))) }
  },
})

export const apiTokenRevoke = operation({
  summary: 'Revoke a token for the REST API, at once',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['api.tokens', 'people.directory'],
  input: z.strictObject({ token: referenceField.describe('its name or id, as api token list shows it') }),
  output: tokenSchema,
  run: async (context, { token: reference }) => {
    const removed = await context.api.tokens.remove(reference)
    if (removed !== undefined) return await show(context, removed)
    const near = suggest(
      reference,
      (await context.api.tokens.list()).map(token => token.name),
    )
    const hint = near === undefined ? '' : `; did you mean "${near}"?`
    throw new DenidinError('not_found', `there is no token "${reference}"${hint}`)
  },
})
