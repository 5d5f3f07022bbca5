import { expect, test } from '@jest/globals'
import { readTimeZone } from '../../src/text/time-zone-name.ts'

test.each([
  ['Berlin', 'Europe/Berlin'],
  ['in berlin.', 'Europe/Berlin'],
  ['Berlin, Germany', 'Europe/Berlin'],
  ['"New York"', 'America/New_York'],
  ['New York City', 'America/New_York'],
  ['Los Angeles (PST)', 'America/Los_Angeles'],
  ['america/new_york', 'America/New_York'],
  ['Zürich', 'Europe/Zurich'],
  ['São Paulo', 'America/Sao_Paulo'],
  ['Kolkata', 'Asia/Kolkata'],
  ['Asia/Kolkata', 'Asia/Kolkata'],
  ['Kyiv', 'Europe/Kyiv'],
  ['EST', 'America/New_York'],
  ['CET', 'Europe/Berlin'],
  ['tokyo time', 'Asia/Tokyo'],
  ['Pacific time', 'America/Los_Angeles'],
  ['תל-אביב', 'Asia/Jerusalem'],
  ['ת"א', 'Asia/Jerusalem'],
  ['בברלין', 'Europe/Berlin'],
  ['ברלין', 'Europe/Berlin'],
  ['שעון ישראל', 'Asia/Jerusalem'],
  ['שעון פריז', 'Europe/Paris'],
  ['Tel Aviv-Yafo', 'Asia/Jerusalem'],
  ['Central European Time', 'Europe/Berlin'],
  ['UTC', 'UTC'],
  ['utc+3', '+03:00'],
  ['−3', '-03:00'],
  ['GMT+0530', '+05:30'],
])('%s is %s', (text, zone) => {
  expect(readTimeZone(text)).toBe(zone)
  // What was read can be read again.
  expect(readTimeZone(zone)).toBe(zone)
})

test.each(['', 'Mars', 'IST', 'Asia/Nope', '../etc/passwd', '+15', '25:00', 'x'.repeat(5000), 'in'])(
  '%s names no zone',
  text => {
    expect(readTimeZone(text)).toBeUndefined()
  },
)

test('every zone of the lexicon is one of the runtime', () => {
  for (const city of ['arizona', 'vietnam', 'nepal', 'yangon', 'hk', 'new zealand', 'cape town', 'ukraine', 'קייב']) {
    const zone = readTimeZone(city)
    expect(() => new Intl.DateTimeFormat('en', { timeZone: zone ?? 'none' })).not.toThrow()
  }
})
