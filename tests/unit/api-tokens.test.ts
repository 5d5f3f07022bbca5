/** Tokens of the REST API: how they are made, compared, listed and revoked. */
import { expect, test } from '@jest/globals'
import { isSecretOf, issueToken, parseToken } from '../../src/access/token-text.ts'
import { seal, unseal } from '../../src/access/seal.ts'
import { OPERATOR } from '../../src/operations/client.ts'
import { randomSecret } from '../../src/platform/ids.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'
import { personOf } from '../support/operations/records.ts'

const setUp = () => {
  const parts = new OperationRig()
  parts.people.persons.push(personOf('p1', '15550001111', 'client', 'Dana'))
  const runner = parts.runner()
  return { parts, run: (name: string, input: unknown = {}) => runner.run(name, input, { caller: OPERATOR }) }
}

test('a token is shown once; the list has neither it nor its hash', async () => {
  const { run } = setUp()
  const { token, ...created } = await run('api.token_create', {
    name: 'dashboard',
    scopes: 'read, metrics',
    expires_days: 30,
  })
  expect(token).toMatch(/^denidin_[0-9a-f]{12}_[\w-]{43}$/)
  expect(created).toMatchObject({ name: 'dashboard', scopes: 'read,metrics', person: null, last_used_at: null })
  const listed = await run('api.token_list')
  expect(listed).toEqual({ tokens: [created] })
  expect(JSON.stringify(listed)).not.toContain(String(token).slice(-43))
})

test.each([
  ['an unknown scope', { name: 'a', scopes: 'reed' }, 'there is no scope "reed"; did you mean "read"?'],
  ['no scope', { name: 'a', scopes: ' , ' }, 'give at least one of read, write, admin, metrics'],
  ['admin for one person', { name: 'a', scopes: 'read,admin', person: 'p1' }, 'cannot have the scope admin'],
  ['metrics for one person', { name: 'a', scopes: 'metrics', person: 'p1' }, 'cannot have the scope metrics'],
  ['a name with a blank', { name: 'my token' }, 'small letters'],
  ['a name with a line break', { name: 'a\nb' }, 'small letters'],
  ['a name that is too long', { name: 'a'.repeat(41) }, 'at most 40'],
  ['no days', { name: 'a', expires_days: 0 }, '1 or more'],
])('%s is refused in one sentence', async (_what, input, sentence) => {
  const { run } = setUp()
  await expect(run('api.token_create', input)).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining(sentence),
  })
  expect(await run('api.token_list')).toEqual({ tokens: [] })
})

test('a person who is not known gets no token, and a name is given once', async () => {
  const { run } = setUp()
  await expect(run('api.token_create', { name: 'a', person: '15559998888' })).rejects.toMatchObject({
    code: 'not_found',
  })
  expect(await run('api.token_create', { name: 'a', person: '+1 555 000 1111' })).toMatchObject({
    person: 'Dana (+15550001111)',
  })
  await expect(run('api.token_create', { name: 'a' })).rejects.toMatchObject({ code: 'invalid_input' })
})

test('a token is revoked by name or id, and a mistyped name is answered with the one that was meant', async () => {
  const { run } = setUp()
  await run('api.token_create', { name: 'dashboard' })
  const { token_id } = await run('api.token_create', { name: 'phone' })
  await expect(run('api.token_revoke', { token: 'dashbord' })).rejects.toMatchObject({
    code: 'not_found',
    message: 'there is no token "dashbord"; did you mean "dashboard"?',
  })
  await run('api.token_revoke', { token: 'dashboard' })
  expect(await run('api.token_revoke', { token: token_id })).toMatchObject({ name: 'phone' })
  expect(await run('api.token_list')).toEqual({ tokens: [] })
})

test.each([
  '',
  'denidin_',
  'denidin_0123456789ab_short',
  'Bearer x',
  `denidin_0123456789AB_${'a'.repeat(43)}`,
  `x denidin_0123456789ab_${'a'.repeat(43)}`,
  `denidin_0123456789ab_${'a'.repeat(43)}\n`,
])('%j is no token', text => {
  expect(parseToken(text)).toBeUndefined()
})

test('a secret fits its own hash alone', () => {
  const one = issueToken('4b7f3a52-0000-4000-8000-0123456789ab', randomSecret())
  const two = issueToken('4b7f3a52-0000-4000-8000-ba9876543210', randomSecret())
  expect(parseToken(one.text)).toEqual({ token_id: one.token_id, secret: one.secret })
  expect(isSecretOf(one.secret, one.secret_hash)).toBe(true)
  expect(isSecretOf(one.secret, two.secret_hash)).toBe(false)
  expect(isSecretOf(one.secret, new Uint8Array())).toBe(false)
})

test('a kept answer opens with the secret and the key that it was sealed with, and no others', () => {
  const sealed = seal('secret', 'key', 'words of Dana')
  expect(Buffer.from(sealed).toString('latin1')).not.toContain('Dana')
  expect(unseal('secret', 'key', sealed)).toBe('words of Dana')
  expect(seal('secret', 'key', 'words of Dana')).not.toEqual(sealed)
  expect(unseal('secret', 'other', sealed)).toBeUndefined()
  expect(unseal('other', 'key', sealed)).toBeUndefined()
  expect(unseal('secret', 'key', sealed.slice(0, -1))).toBeUndefined()
  expect(unseal('secret', 'key', new Uint8Array())).toBeUndefined()
})
