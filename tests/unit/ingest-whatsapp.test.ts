/** Exports of WhatsApp chats of many phones and languages, as the archive takes them. */
import { utimes } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ExportEntries } from '../../src/ingest/whatsapp/export-entries.ts'
import type { ExportText } from '../../src/ingest/whatsapp/export-text.ts'
import { dayOf } from '../../src/ingest/whatsapp/calendars.ts'
import { wallTimeOf } from '../../src/ingest/whatsapp/date-order.ts'
import { parseHeader } from '../../src/ingest/whatsapp/header.ts'
import { surveyExport } from '../../src/ingest/whatsapp/survey.ts'
import { TimeZone, UTC } from '../../src/platform/time-zone.ts'
import { IngestRig } from '../support/archive/ingest-rig.ts'
import { readSource, readSourceAt, writeSource, type ReadSource } from '../support/archive/read-source.ts'
import { MORE_WHATSAPP_EXPORTS } from '../support/archive/whatsapp-exports-more.ts'
import { WHATSAPP_EXPORTS } from '../support/archive/whatsapp-exports.ts'
import { zipOf } from '../support/archive/zip-of.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

const shownOf = ({ messages }: ReadSource): readonly (readonly string[])[] =>
  messages.map(({ at = 0, role, sender_name = '-', content }) => [
    new Date(at).toISOString(),
    role === 'system' ? '-' : sender_name,
    content,
  ])

describe.each([...WHATSAPP_EXPORTS, ...MORE_WHATSAPP_EXPORTS])('$name', ({ file, zone, text, expected }) => {
  const wanted = expected.map(([at, sender, words]) => [new Date(`${at}Z`).toISOString(), sender, words])

  test('every message has its time, sender and words', async () => {
    const read = await readSource(folder.path, file, text, { reading: { zone } })
    expect(read.type).toBe('whatsapp')
    expect(read.rejected).toEqual([])
    expect(shownOf(read)).toEqual(wanted)
  })

  test('in a zip archive too', async () => {
    const name = `WhatsApp Chat - ${String(expected.length)}.zip`
    const read = await readSource(folder.path, name, zipOf({ 'IMG-1.jpg': 'x', '_chat.txt': text }), {
      reading: { zone },
    })
    expect(shownOf(read)).toEqual(wanted)
  })

  test('from any checkpoint on, nothing is missing and nothing comes twice', async () => {
    const whole = await readSource(folder.path, file, text, { reading: { zone } })
    const positions = whole.items.flatMap(item => (item.kind === 'checkpoint' ? [item] : []))
    for (const from of positions) {
      const before = whole.items.slice(0, whole.items.indexOf(from)).filter(item => item.kind === 'message').length
      const rest = await readSource(folder.path, file, text, { reading: { zone } }, from)
      expect(shownOf(rest)).toEqual(wanted.slice(before))
    }
  })
})

/** Numbers of new and of known messages. */
const loaded = async (rig: IngestRig, file: string, text: string, zone: string): Promise<readonly unknown[]> => {
  const { files } = await rig.load(await rig.write(file, text), { reading: { zone } })
  return files.map(each => [each.new_unique_messages, each.duplicate_messages])
}

test.each(MORE_WHATSAPP_EXPORTS)(
  'loaded again, nothing is added, and of a longer export only what is new: $name',
  async ({ file, zone, text, expected }) => {
    await using rig = await IngestRig.open()
    const lines = text.split('\n')
    const last = lines.findLastIndex(line => parseHeader(line) !== undefined)
    const shorter = `${lines.slice(0, last).join('\n')}\n`
    expect(await loaded(rig, `first/Trip/${file}`, shorter, zone)).toEqual([[expected.length - 1, 0]])
    expect(await loaded(rig, `later/Trip/${file}`, text, zone)).toEqual([[1, expected.length - 1]])
    expect(await loaded(rig, `again/Trip/${file}`, text, zone)).toEqual([[0, expected.length]])
  },
)

const noteOf = ({ items }: ReadSource): string | undefined => items.find(item => item.kind === 'notice')?.text

test.each([
  ['a day above 12', '13/1/2021, 10:00 - A: x\n', 'day, month, year (no other order gives dates that exist)'],
  ['a guess', '1/2/2021, 10:00 - A: x\n', 'day, month, year (a guess by how the dates are written'],
  ['an American phone', '1/2/21, 10:00 AM - A: x\n', 'month, day, year (a guess by how the dates are written'],
])('it is said in which order dates are read, and why: %s', async (_, text, note) => {
  expect(noteOf(await readSource(folder.path, 'WhatsApp Chat with A.txt', text))).toContain(note)
})

test('the caller can give the order of dates', async () => {
  const reading = { zone: 'UTC', date_order: 'mdy' } as const
  const read = await readSource(folder.path, 'WhatsApp Chat with A.txt', '1/2/2021, 10:00 - A: x\n', { reading })
  expect(shownOf(read)).toEqual([['2021-01-02T10:00:00.000Z', 'A', 'x']])
})

test('dates without a year are of the year in which the file was written, or of the one before', async () => {
  const text = 'Dec 30, 2020, 9:05 PM - A: x\nJan 5, 9:05 PM - A: y\nMay 3, 12:00 AM - A: z\n'
  const shown = async (written: string): Promise<readonly unknown[]> => {
    const path = await writeSource(folder.path, 'WhatsApp Chat with A.txt', text)
    await utimes(path, new Date(written), new Date(written))
    const read = await readSourceAt(path)
    expect(noteOf(read)).toContain('month, day, year (words name the months)')
    expect(noteOf(read)).toContain('dates without a year as those of 2021')
    return shownOf(read).map(([at]) => at)
  }
  const wanted = ['2020-12-30T21:05:00.000Z', '2021-01-05T21:05:00.000Z', '2021-05-03T00:00:00.000Z']
  expect(await shown('2021-05-03T10:00:00Z')).toEqual(wanted)
  // Copied in the year after, before the third of May.
  expect(await shown('2022-03-01T10:00:00Z')).toEqual(wanted)
})

test.each(
  'en-US en-GB he de es fr pt it ru uk cs sk pl nl ar ar-SY tr hi id sv da nb fi el hu ro bg ca th vi'.split(' '),
)('the months of %s are understood, long and short', locale => {
  for (const month of ['short', 'long'] as const) {
    const format = new Intl.DateTimeFormat(locale, { day: 'numeric', month, year: 'numeric', timeZone: 'UTC' })
    for (let number = 0; number < 12; number++) {
      const at = Date.UTC(2021, number, 23, 21, 5)
      const line = `${format.format(at)}, 21:05 - Dana: x`
      const header = parseHeader(line)
      expect([line, header?.rest]).toEqual([line, 'Dana: x'])
      if (header !== undefined) expect([line, wallTimeOf(header, { order: 'dmy' })]).toEqual([line, at])
    }
  }
})

test.each(
  (
    'af am ar ar-EG ar-MA ar-SA bg bn ca ckb cs cy da de-AT el en-AU en-CA en-IN en-ZA es es-MX et eu fa fa-AF fi fil fr ' +
    'fr-CA fr-CH ga gl gu he hi hr hu id is it ja ko ky lo lt lv mk mn mr ms my nb ne nl pl pt-BR ro ru sk sl sq sr sv sw ' +
    'ta te th tr uk ur uz vi zh-CN zh-HK zh-TW fa-IR-u-ca-gregory en-u-ca-persian en-GB-u-ca-persian de-u-ca-persian ' +
    'en-u-ca-buddhist ja-u-ca-japanese'
  ).split(' '),
)('the dates and times of %s are read, with 12 and 24 hours', async locale => {
  const days = [
    Date.UTC(2022, 2, 27, 21, 41),
    Date.UTC(2022, 9, 14, 12, 0),
    Date.UTC(2022, 11, 31, 4, 7),
    Date.UTC(2023, 0, 5, 0, 33),
    Date.UTC(2023, 7, 20, 23, 3),
  ]
  for (const hour12 of [undefined, true]) {
    for (const timeStyle of ['short', 'medium'] as const) {
      const format = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle, hour12, timeZone: 'UTC' })
      const text = days
        .map(at => (timeStyle === 'medium' ? `[${format.format(at)}] Dana: x\n` : `${format.format(at)} - Dana: x\n`))
        .join('')
      const { messages } = await readSource(folder.path, 'WhatsApp Chat with Dana.txt', text)
      expect([text, messages.map(({ at }) => at)]).toEqual([text, days])
    }
  }
})

test('every day of the Solar Hijri calendar is the day that ICU says', () => {
  const format = new Intl.DateTimeFormat('en-u-ca-persian-nu-latn', { dateStyle: 'short', timeZone: 'UTC' })
  for (let at = Date.UTC(2009, 0, 1); at < Date.UTC(2051, 0, 1); at += 86_400_000) {
    const [month = 0, day = 0, year = 0] = format.format(at).match(/\d+/gu)?.map(Number) ?? []
    expect([year, month, day, dayOf('solar_hijri', year, month, day)]).toEqual([year, month, day, at])
  }
  expect(dayOf('solar_hijri', 1404, 12, 30)).toBeUndefined()
  expect(dayOf('solar_hijri', 1404, 7, 31)).toBeUndefined()
})

test.each([
  ['a year that tells it', '[١٢\u200f/١٠\u200f/١٤٤٣، ٢:٥٦:٠٠ م] Dana: x\n'],
  ['a word that names it', '[24/8/1443 AH, 21:41:35] Dana: x\n'],
])('dates of the Islamic calendar are refused with what to do about it: %s', async (_, text) => {
  const { messages, rejected } = await readSource(folder.path, '_chat.txt', text)
  expect(messages).toEqual([])
  expect(rejected).toEqual([[1, expect.stringContaining('set the phone to the Gregorian or the Solar Hijri calendar')]])
})

test.each([
  [
    'an event first, a message later',
    '1/2/2021, 10:00 - You created group "Trip"\n1/2/2021, 10:01 - Dana: x\n',
    'whatsapp',
  ],
  ['a blank line first', '\n1/2/2021, 10:01 - Dana: x\n', 'whatsapp'],
  ['no message at all', '1/2/2021, 10:00 - three meetings\n2/2/2021, 10:00 - nothing\n', undefined],
  ['words first', 'My notes\n1/2/2021, 10:01 - Dana: x\n', undefined],
])('a text with another name is an export if it begins like one: %s', async (_, text, type) => {
  expect((await readSource(folder.path, 'notes.txt', text)).type).toBe(type)
})

test.each([
  '3 May 20 people come',
  '12 Mar - A: no time',
  'May 3 at ten - A: x',
  '12 Foo 2021, 10:00 - A: x',
  'see 12 Mar 2021, 10:00 - A: x',
  '12/1/20 was great',
  '10:30 - A: no date',
  '1/2/2021, 25:00 - A: x',
  '1/2/2021, 10:61 - A: x',
  '[1/2/2021, 10:00 A: x',
  '1/2/2021, 10:00 gibberish - A: x',
  '1.2/2021, 10:00 - A: x',
])('%s begins no message', line => {
  expect(parseHeader(line)).toBeUndefined()
})

test('a zip archive that unpacks to far more than a text, is protected, damaged or holds no chat is refused', async () => {
  const bomb = zipOf({ '_chat.txt': '1/2/2021, 10:00 - A: x\n' }, { claimed_bytes: 2 ** 31 })
  await expect(readSource(folder.path, 'a.zip', bomb)).rejects.toMatchObject({ code: 'invalid_input' })
  const closed = zipOf({ '_chat.txt': '1/2/2021, 10:00 - A: x\n' }, { encrypted: true })
  await expect(readSource(folder.path, 'b.zip', closed)).rejects.toMatchObject({
    message: expect.stringContaining('password'),
  })
  const lying = zipOf({ '_chat.txt': '1/2/2021, 10:00 - A: x\n' }, { claimed_bytes: 5 })
  await expect(readSource(folder.path, 'c.zip', lying)).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('c.zip cannot be read as a zip archive') as unknown,
  })
  const sly = zipOf({ '../../_chat.txt': '1/2/2021, 10:00 - A: x\n' })
  expect((await readSource(folder.path, 'd.zip', sly)).type).toBeUndefined()
  expect((await readSource(folder.path, 'e.zip', Buffer.from('PK nothing'))).type).toBeUndefined()
})

const CHAT = '1/2/2021, 10:00 - A: x\n'

test.each([
  // A chat that someone sent as a document is not the chat.
  ['WhatsApp Chat with A.zip', ['WhatsApp Chat with B.txt', 'WhatsApp Chat with A.txt'], 1],
  ['WhatsApp Chat with A (1).zip', ['WhatsApp Chat with B.txt', 'WhatsApp Chat with A.txt'], 1],
  ['chat.zip', ['WhatsApp Chat with B.txt', '_chat.txt', 'notes.txt'], 1],
  ['chat.zip', ['notes.txt', 'x/WhatsApp Chat with B.txt'], 1],
  [
    'chat.zip',
    ['WhatsApp Chat with A.txt', 'WhatsApp Chat with B.txt'],
    'holds 2 chats (WhatsApp Chat with A.txt, WhatsApp Chat with B.txt); unpack it and load the folder, or one of them',
  ],
  ['chat.zip', ['a/_chat.txt', 'b/_chat.txt', 'notes.txt'], 'holds 2 chats (a/_chat.txt, b/_chat.txt)'],
  ['chat.zip', ['a.txt', 'b.txt', 'c.txt'], 'holds 3 chats (a.txt, b.txt, c.txt)'],
] as const)('of %s with %j one chat is read, or none', async (name, entries, result) => {
  const files = Object.fromEntries(entries.map(entry => [entry, CHAT]))
  const read = readSource(folder.path, name, zipOf(files))
  if (result === 1) expect((await read).messages).toHaveLength(1)
  else
    await expect(read).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(result) as unknown,
    })
})

test('an event with a colon in a quotation has no sender, and a name with an abbreviation is one', async () => {
  const lines = [
    'Dana created group "Fun: Club"',
    'Jan heeft de groep "A: B" gemaakt',
    'ד"ר כהן: שלום',
    'Rob "Bob" Li: hi',
  ]
  const text = lines.map(line => `13/1/2021, 10:00 - ${line}\n`).join('')
  const { messages } = await readSource(folder.path, 'WhatsApp Chat with A.txt', text)
  expect(messages.map(({ sender_name, content }) => [sender_name, content])).toEqual([
    [undefined, lines[0]],
    [undefined, lines[1]],
    ['ד"ר כהן', 'שלום'],
    ['Rob "Bob" Li', 'hi'],
  ])
})

test('media that were left out are known in more languages', async () => {
  const markers =
    '<Mediefil udeladt>|<Media jätettiin pois>|<Media utelatt>|<Hiányzó médiafájl>|<Conținut media omis>|<Εξαίρεση πολυμέσων>|<मीडिया के बिना>|<Medij izpuščen>|<미디어 파일 제외됨>|<Bỏ qua Media>|<忽略多媒體檔>'.split(
      '|',
    )
  const text = markers.map(marker => `13/1/2021, 10:00 - A: ${marker}\n`).join('')
  const { messages } = await readSource(folder.path, 'WhatsApp Chat with A.txt', text)
  expect(messages.map(({ metadata }) => metadata)).toEqual(markers.map(() => ({ attachment: 'unknown' })))
})

test('Korean dates with words for year, month and day', async () => {
  const text = '2024년 11월 30일 오후 9:05 - 민수: 안녕\n2024년 12월 1일 오전 12:01 - 지은: 네\n'
  expect(shownOf(await readSource(folder.path, 'WhatsApp Chat with A.txt', text))).toEqual([
    ['2024-11-30T21:05:00.000Z', '민수', '안녕'],
    ['2024-12-01T00:01:00.000Z', '지은', '네'],
  ])
})

test('what comes before the first message is set aside, and so is the rest of a message without end', async () => {
  const text = `A title\n1/2/2021, 10:00 - A: x\n${`${'y'.repeat(9999)}\n`.repeat(40)}1/2/2021, 10:01 - A: z\n`
  const { messages, rejected } = await readSource(folder.path, 'WhatsApp Chat with A.txt', text)
  expect(rejected.map(([line]) => line)).toEqual([1, 29])
  expect(messages.at(-1)).toMatchObject({ content: 'z' })
})

test('lines behind a pasted message are held in memory up to the length of one message', async () => {
  let read = 0
  const text: ExportText = {
    paths: [],
    lines: async function* () {
      const head = ['1/2/2021, 10:00 - A: look', '1/1/2019, 10:00 - Old friend: hi']
      for (const [index, line] of [...head, ...Array<string>(100).fill('y'.repeat(9999))].entries()) {
        read = index + 1
        yield { kind: 'line', text: line, line: read, position: index }
      }
    },
  }
  const { signal } = new AbortController()
  const survey = await surveyExport(text, { zone: 'UTC', written_at: Date.UTC(2022, 0, 1) }, signal)
  if (typeof survey === 'string') throw new Error(survey)
  const set: number[] = []
  for await (const item of new ExportEntries(survey, UTC).read(text, { position: 0, lines: 0 }, signal)) {
    if (item.kind === 'rejected') set.push(item.line, read)
  }
  // Set aside as soon as the message was too long, not when the text had ended.
  expect(set).toEqual([29, 29])
})

const LOCALES = [
  { write: dated('/', 'dmy', 4, true, ', ', ' - ', false), zone: 'Europe/London' },
  { write: dated('/', 'mdy', 2, false, ', ', ' - ', true), zone: 'America/New_York' },
  { write: dated('.', 'dmy', 4, false, ', ', ' - ', false), zone: 'Asia/Jerusalem' },
  { write: dated('.', 'dmy', 2, true, ', ', ' - ', false), zone: 'Europe/Berlin' },
  { write: dated('-', 'ymd', 4, true, ', ', ' - ', false), zone: 'Asia/Tokyo' },
] as const

function dated(
  separator: string,
  order: string,
  year: 2 | 4,
  padded: boolean,
  between: string,
  behind: string,
  halves: boolean,
) {
  return (zone: TimeZone, at: number): string => {
    const clock = zone.wallClock(at)
    const pad = (value: number): string => (padded ? String(value).padStart(2, '0') : String(value))
    const parts = { d: pad(clock.date), m: pad(clock.month), y: String(clock.year).slice(-year) }
    const date = Array.from(order)
      .map(letter => parts[letter as 'd' | 'm' | 'y'])
      .join(separator)
    const minute = String(clock.minute).padStart(2, '0')
    const time = halves
      ? `${String(clock.hour % 12 === 0 ? 12 : clock.hour % 12)}:${minute}\u202f${clock.hour < 12 ? 'AM' : 'PM'}`
      : `${String(clock.hour).padStart(2, '0')}:${minute}`
    return `${date}${between}${time}${behind}`
  }
}

/** Words that no phone writes, and that begin no message. */
const words = fc
  .array(
    fc.constantFrom('hello', 'שלום', '🎉', '10:30', '12/1/20', 'a: b', '<3', 'ok', 'مرحبا', '(file)', '- x', '[note]'),
    { minLength: 1, maxLength: 6 },
  )
  .map(parts => parts.join(' '))

test('whatever is said, in whatever format, is read as it was said', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...LOCALES),
      fc.array(
        fc.record({
          gap: fc.integer({ min: 0, max: 40_000 }),
          sender: fc.constantFrom('Dana', 'נועה', '+972 50-123-4567'),
          lines: fc.array(words, { minLength: 1, maxLength: 3 }),
        }),
        { minLength: 1, maxLength: 25 },
      ),
      async ({ write, zone: name }, said) => {
        // What all messages of a sender have in common before a colon is taken for a part of the name.
        const free = new Set(
          said.filter(({ lines }) => lines[0]?.startsWith('a: ') === false).map(({ sender }) => sender),
        )
        fc.pre(said.every(({ sender }) => free.has(sender)))
        const zone = new TimeZone(name)
        // Thirteen days in, so that the order of the dates is certain; no clock is changed so early in the year.
        let at = Date.UTC(2021, 0, 13, 12)
        const wanted: string[][] = []
        let text = ''
        for (const { gap, sender, lines } of said) {
          at = Math.min(at + gap * 60_000, Date.UTC(2021, 0, 31))
          const whole = lines.join('\n')
          wanted.push([new Date(at).toISOString(), sender, whole])
          text += `${write(zone, at)}${sender}: ${whole}\n`
        }
        const read = await readSource(folder.path, 'WhatsApp Chat with All.txt', text, { reading: { zone: name } })
        expect(shownOf(read)).toEqual(wanted)
      },
    ),
    { numRuns: 60 },
  )
})
