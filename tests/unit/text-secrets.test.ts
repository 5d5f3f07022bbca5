// Secrets become facts only where their speaker asks to remember them.
import { expect, test } from '@jest/globals'
import { factsByRules } from '../../src/learning/extraction/keyword-rules.ts'
import { isUnaskedSecret } from '../../src/learning/extraction/stance-verification.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { hasSecret } from '../../src/text/secrets.ts'
import { messageOf } from '../support/message-of.ts'

const SECRETS = [
  'my password is hunter2',
  'The Netflix password: banana123',
  'my PIN is 4821',
  'my credit card is 4111 1111 1111 1111',
  'pay with 4111-1111-1111-1111',
  'my id number is 123456782',
  'my passport number is 23456789',
  'the cvv is 123',
  'הסיסמה שלי היא בננה12',
  'קוד פין: 4821',
  'תעודת הזהות שלי 123456782',
  'מספר הכרטיס 4111 1111 1111 1111',
]
const HARMLESS = [
  'I forgot my password again',
  'my number is 0501234567',
  'the gate code is 4471',
  'I lost my passport in Rome',
  'my order number is 1234567890123',
  'pinned the note on the door',
  'I need a new credit card',
  'שכחתי את הסיסמה',
  'הקוד לשער הוא 4471',
]

const learned = async (text: string): Promise<number> => {
  const messages = [messageOf(text)]
  return (await factsByRules({ messages, sources: new Set(['m1']), known: [], so_far: undefined }, UTC)).length
}

test.each(SECRETS)('%s: a secret', async text => {
  expect(hasSecret(text)).toBe(true)
  expect(await learned(text)).toBe(0)
  expect(isUnaskedSecret({ text, quote: text }, messageOf(text))).toBe(true)
  const asked = `${/[א-ת]/.test(text) ? 'תזכור' : 'remember'}: ${text}`
  expect(await learned(asked)).toBe(1)
  expect(isUnaskedSecret({ text, quote: text }, messageOf(asked))).toBe(false)
})

test.each(HARMLESS)('%s: none', async text => {
  expect(hasSecret(text)).toBe(false)
  expect(await learned(text)).toBe(1)
})
