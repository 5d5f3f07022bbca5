// The language and the reader of DeniDin's own messages.
import { expect, test } from '@jest/globals'
import { commandLanguage, stringsFor } from '../../src/conversation/reply-language.ts'
import type { Role } from '../../src/people/person.ts'
import { stringsIn, type Language } from '../../src/text/language.ts'
import { personOf } from '../support/operations/records.ts'

const stringsOf = (role: Role, language?: Language) =>
  stringsFor({
    preferences: { of: async () => ({ language, time_zone: undefined, learn: true }) },
    people: { find: async person_id => personOf(person_id, '15550001111', role) },
  })

test.each([
  ['en', 'Hello'],
  ['he', 'שלום'],
] as const)('the administrator, who writes %s, is never referred to an administrator', async (language, text) => {
  const strings = await stringsOf('godfather')(text, 'p1')
  expect(strings).toBe(stringsIn(language, 'administrator'))
  const { model_rejected, model_out_of_credit, something_went_wrong, commands } = strings
  for (const sentence of [
    model_rejected,
    model_out_of_credit,
    something_went_wrong,
    commands.export.done('exports/a.md'),
  ])
    expect(sentence).not.toMatch(/administrator|המנהל/)
  expect(commands.export.done('exports/a.md')).toContain('exports/a.md')
})

test('everyone else is, and in the language that they have set', async () => {
  expect(await stringsOf('client')('שלום', 'p1')).toBe(stringsIn('he'))
  expect(await stringsOf('client', 'en')('שלום', 'p1')).toBe(stringsIn('en'))
  expect(stringsIn('en').something_went_wrong).toContain('tell my administrator')
})

test('who has deleted everything is answered in the language in which they confirmed it', async () => {
  let said: string | undefined = 'שלום'
  const languageFor = commandLanguage(
    { lastSaid: async () => said },
    { of: async () => ({ language: undefined, time_zone: undefined, learn: true }) },
  )
  const ask = (text: string, person_id = 'p1') =>
    languageFor(
      { person: personOf(person_id, '15550001111'), chat_id: 'c', chat_kind: 'direct', scope: `person:${person_id}` },
      text,
    )
  expect([await ask('/forget all'), await ask('כן')]).toEqual(['he', 'he'])
  said = undefined
  expect([await ask('/memory'), await ask('/memory', 'p2')]).toEqual(['he', 'en'])
  expect([await ask('yes please'), await ask('/memory')]).toEqual(['en', 'en'])
})
