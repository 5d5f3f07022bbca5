// Secrets become facts only where their speaker asks to remember them.
import { expect, test } from '@jest/globals'
import { factsByRules } from '../../src/learning/extraction/keyword-rules.ts'
import { isUnaskedSecret } from '../../src/learning/extraction/stance-verification.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { hasSecret, redactSecrets } from '../../src/text/secrets.ts'
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
  'קוד האימות שקיבלתי הוא 882193',
  'ססמא לויפיי: Haifa2020',
  'קוד חד־פעמי 551902',
  'my one-time code is 551 902',
  'the 2FA backup code is 9f3k-22mm',
  'תעודת הזהות שלי 123456782',
  'מספר הכרטיס 4111 1111 1111 1111',
]
const HARMLESS = [
  'I forgot my password again',
  'my number is 0501234567',
  'the gate code is 4471',
  'my booking confirmation code is 4471',
  'the zip code is 90210',
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

test.each([
  [
    '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n\nabc=\n-----END RSA PRIVATE KEY-----\nOpen until five',
    'MIIEow',
    'Open until five',
  ],
  ['-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQdGBF\nno end', 'lQdGBF', ''],
  ['OPENAI_API_KEY=sk-proj-abcdefghijklmnop1234\nOpen until five', 'sk-proj', 'Open until five'],
  ['the key is sk-proj-abcdefghijklmnop1234, we open at five', 'sk-proj', ''],
  ['token ghp_abcdefghijklmnopqrstuvwxyz0123456789 here', 'ghp_', 'here'],
  ['aws AKIAIOSFODNN7EXAMPLE here', 'AKIA', 'here'],
  ['https://ana:hunter22@example.org/menu', 'hunter22', 'https://ana:[redacted]@example.org/menu'],
  ['Authorization: Bearer abcdef1234567890XYZ', 'abcdef1234567890XYZ', ''],
  ['"clientSecret": "s3cr3t-value", "open": "five"', 's3cr3t-value', '"open": "five"'],
  ['DB_PASSWORD=correct horse battery\nOpen', 'horse', 'Open'],
  ['The wifi password is sunflower. We open at nine.', 'sunflower', 'We open at nine.'],
  ['password: sunflower moon\nWe open at nine', 'moon', 'We open at nine'],
  ['הסיסמה לאלחוטי: חמניה כחולה\nפתוח מתשע', 'חמניה', 'פתוח מתשע'],
  ['הקוד הסודי שלנו. קוד סודי: 4821. פתוח מתשע', '4821', 'פתוח מתשע'],
  ['card 4111 1111 1111 1111, thanks', '4111', 'thanks'],
])('%j is redacted', (text, secret, kept) => {
  const redacted = redactSecrets(text)
  expect(redacted.text).not.toContain(secret)
  expect(redacted.text).toContain(kept)
  expect(redacted.text).toContain('[redacted]')
  expect(redacted.secrets).toBeGreaterThan(0)
})

test.each([
  'Sunday to Thursday: 09:00-18:00, phone 03-5551234',
  'I forgot my password. We open at nine.',
  'The secret of our bread is time.',
  'Pay by bank transfer; our account number: 123456, IBAN: IL620108000000099999999',
  'The gate code is 4471.',
  'שעות הפתיחה: ראשון עד חמישי 9:00-18:00. טלפון 0501234567',
  'Ask for a token at the entrance.',
])('%j has nothing to redact', text => {
  expect(redactSecrets(text)).toEqual({ text, secrets: 0 })
})

test('a file of one long word costs time in proportion to its length', () => {
  const began = process.cpuUsage()
  expect(redactSecrets(`${'x'.repeat(300_000)}_password: hunter22`)).toMatchObject({ secrets: 1 })
  const { user, system } = process.cpuUsage(began)
  expect((user + system) / 1000).toBeLessThan(2000)
})
