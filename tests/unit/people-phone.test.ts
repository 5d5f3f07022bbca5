import { expect, test } from '@jest/globals'
import { phoneDigits } from '../../src/platform/phone.ts'

test.each([
  ['15550001111', '15550001111'],
  ['+1 (555) 000-1111', '15550001111'],
  ['+972 (0)50-123-4567', '972501234567'],
  ['00972 50 123.4567', '972501234567'],
  ['972501234567@c.us', '972501234567'],
  ['972501234567:12@s.whatsapp.net', '972501234567'],
  ['\u202a+972\u00a050\u2011123\u20114567\u202c', '972501234567'],
])('%j is read as %s', (spelling, digits) => {
  expect(phoneDigits(spelling)).toBe(digits)
})

test.each(['', '1234', '1234567890123456', '0501234567', '77000111@lid', '120363041234567890@g.us', '555-CALL-NOW'])(
  '%j is not an international phone number',
  spelling => {
    expect(phoneDigits(spelling)).toBeUndefined()
  },
)
