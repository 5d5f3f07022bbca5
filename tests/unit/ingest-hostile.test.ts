/** Sources without bounds, in other encodings, or that are no files: said in one sentence, set aside, and never fatal. */
import { execFileSync } from 'node:child_process'
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { SourceStart } from '../../src/ingest/source.ts'
import { unreadable } from '../../src/ingest/unreadable.ts'
import { IngestRig } from '../support/archive/ingest-rig.ts'
import { linesOfJson, readSource } from '../support/archive/read-source.ts'
import { zipOf } from '../support/archive/zip-of.ts'

const CHAT = 'WhatsApp Chat with Dana.txt'
const MEGABYTE = 2 ** 20

let rig: IngestRig
beforeEach(async () => {
  rig = await IngestRig.open()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const typed = (display: string): object => ({ display, timestamp: 1_760_000_000_000 })
const said = (content: string): string => JSON.stringify({ messages: [{ role: 'user', content }] })

/** What became of one file: words, and bad lines. */
const loaded = async (name: string, content: string | Buffer): Promise<readonly [unknown, unknown]> => {
  const { files } = await rig.load(await rig.write(name, content))
  const rejected = files.flatMap(each => each.rejected.map(({ line, reason }) => `${String(line)} ${reason}`))
  return [
    rig.rows('select substr(content, 1, 40) as words from archive_messages order by seq').map(Object.values),
    rejected,
  ]
}

describe('a list in JSON', () => {
  test('an element that is too long, broken or too deep is set aside with its number', async () => {
    const long = said('x'.repeat(33 * MEGABYTE))
    const deep = `${'['.repeat(600)}${']'.repeat(600)}`
    const list = `[${said('one')}, ${long}, {"messages" 5}, ${deep}, "\xff", ${said('six')}\n]`
    const [words, rejected] = await loaded('talk.json', Buffer.from(list, 'latin1'))
    expect(words).toEqual([['one'], ['six']])
    expect(rejected).toEqual([
      expect.stringMatching(/^2 element 2: it has \d+ bytes; at most 33554432 are read$/),
      '3 element 3: it is not JSON',
      '4 element 4: it is nested more than 500 times',
      '5 element 5: it is not UTF-8',
    ])
  })

  test.each([
    ['[%,', 'the list ends without its last bracket'],
    ['[%]]', 'there is more after the end of the list'],
    ['[%}, 1]', 'its brackets do not match'],
  ])('%s keeps what came before', async (list, reason) => {
    expect(await loaded('talk.json', list.replace('%', said('one')))).toEqual([
      [['one']],
      [`2 the list cannot be read after element 1: ${reason}`],
    ])
  })
})

test('lines that are nested too deeply are set aside; brackets in a text are no nesting', async () => {
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
  expect(
    await loaded('history.jsonl', linesOfJson(typed('one'), deep, '['.repeat(MEGABYTE), typed('[{'.repeat(600)))),
  ).toEqual([
    [['one'], ['[{'.repeat(20)]],
    ['2 the line is nested more than 500 times', '3 the line is nested more than 500 times'],
  ])
})

test('an entry of a log is kept up to a number of characters, however long its lines are', async () => {
  const entry = `2025-11-22T10:00:00.000Z [DEBUG] output\n${`${'y'.repeat(100_000)}\n`.repeat(30)}`
  const path = await rig.write('debug/a.txt', `${entry}2025-11-22T10:00:01.000Z [INFO] ${'z'.repeat(MEGABYTE)}\n`)
  await rig.load(path)
  expect(rig.rows('select length(content) as n, metadata from archive_messages order by seq')).toEqual([
    { n: 262_144, metadata: '{"cut_from_characters":3000036}' },
    { n: 262_144, metadata: '{"cut_from_characters":1048576}' },
  ])
})

test('a line without an end is set aside, and held in memory up to the length of one line', async () => {
  const path = await rig.write('history.jsonl', linesOfJson(typed('one')))
  await truncate(path, 200 * MEGABYTE)
  const { files } = await rig.load(path)
  expect(files[0]).toMatchObject({
    new_unique_messages: 1,
    rejected: [{ line: 2, reason: expect.stringContaining('bytes') }],
  })
})

test.each([
  ['blanks', ' '.repeat(200_000)],
  ['blanks within', `a${' '.repeat(200_000)}b`],
  ['brackets', '['.repeat(200_000)],
  ['signs', '< '.repeat(100_000)],
  ['a poll', `q:\nwhy\no: a${' '.repeat(200_000)}\no: b (1 vote)`],
])('a message of very many %s is read in a time that grows with its length', async (_, body) => {
  // Read in some milliseconds; it took minutes where the time grew with the square of the length.
  const text = `1/2/2021, 10:00 - Dana: ${body}\n1/2/2021, 10:01 - Dana: \u200e${body}\n1/2/2021, 10:02 - Dana: end\n`
  const { files } = await rig.load(await rig.write(CHAT, text))
  expect(files[0]?.errors_count).toBe(0)
})

test('of a message that is one endless line the beginning is kept', async () => {
  const [words, rejected] = await loaded(
    CHAT,
    `1/2/2021, 10:00 - Dana: ${'x'.repeat(MEGABYTE)}\n1/2/2021, 10:01 - Dana: end\n`,
  )
  expect(words).toEqual([['x'.repeat(40)], ['end']])
  expect(rejected).toEqual(['1 the message has more than 262144 characters; its beginning is kept'])
})

describe('encodings', () => {
  const text = '1/2/2021, 10:00 - דנה: שלום\r\n1/2/2021, 10:01 - Noam: hi\r\n'
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])

  test.each([
    ['UTF-16, little end first', utf16],
    ['UTF-16, big end first', Buffer.from(utf16).swap16()],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
  ])('%s', async (_, bytes) => {
    expect(await loaded(CHAT, bytes)).toEqual([[['שלום'], ['hi']], []])
  })

  test.each([
    ['a chat', CHAT, text, [['שלום'], ['hi']]],
    ['a chat in UTF-16', CHAT, `\ufeff${text}`, [['שלום'], ['hi']]],
    ['a history', 'history.jsonl', linesOfJson(typed('one'), typed('two')), [['one'], ['two']]],
    ['a list', 'talk.json', `[\n${said('one')},\n${said('two')}\n]\n`, [['one'], ['two']]],
  ])('%s of an old Mac, whose lines end with a carriage return alone', async (_, name, content, words) => {
    const old = content.replace(/\r?\n/g, '\r')
    const bytes = content.startsWith('\ufeff') ? Buffer.from(old, 'utf16le') : Buffer.from(old)
    expect(await loaded(name, bytes)).toEqual([words, []])
  })

  test('such a file is gone on with in its middle, and a carriage return elsewhere ends no line', async () => {
    const lines = linesOfJson(...Array.from({ length: 9000 }, (_, at) => typed(`line ${String(at)} ${'x'.repeat(40)}`)))
    const whole = await readSource(rig.path(), 'history.jsonl', lines.replaceAll('\n', '\r'))
    const middle = whole.items.findIndex(({ kind }) => kind === 'checkpoint')
    const from = whole.items[middle] as SourceStart
    const rest = await readSource(rig.path(), 'history.jsonl', lines.replaceAll('\n', '\r'), {}, from)
    expect([whole.messages.length, rest.items]).toEqual([9000, whole.items.slice(middle + 1)])
    const [words] = await loaded(CHAT, '1/2/2021, 10:00 - Dana: 10 %\r20 %\n1/2/2021, 10:01 - Noam: hi\n')
    expect(words).toEqual([['10 %\r20 %'], ['hi']])
  })

  test('UTF-16 in other formats, and over the border of a piece that is read', async () => {
    const lines = linesOfJson(...Array.from({ length: 9000 }, (_, at) => typed(`שורה ${String(at)} ${'ש'.repeat(40)}`)))
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(lines, 'utf16le')])
    const { files } = await rig.load(await rig.write('history.jsonl', bytes))
    expect(files[0]).toMatchObject({ new_unique_messages: 9000, errors_count: 0 })
  })

  test('a chat in Windows-1255 is not taken by halves: it is said what to do', async () => {
    const hebrew = Buffer.from([0xe3, 0xf0, 0xe4])
    const line = Buffer.concat([
      Buffer.from('1/2/2021, 10:00 - '),
      hebrew,
      Buffer.from(': '),
      hebrew,
      Buffer.from('\n'),
    ])
    const [words, rejected] = await loaded(
      CHAT,
      Buffer.concat([line, line, Buffer.from('1/2/2021, 10:01 - Noam: hi\n')]),
    )
    expect(words).toEqual([])
    expect(rejected).toEqual([expect.stringContaining('iconv -f WINDOWS-1255')])
  })

  test('a text without a mark in UTF-16, one in another encoding, and an empty file are refused with the reason', async () => {
    const refused = async (bytes: Buffer): Promise<unknown> =>
      await rig.load(await rig.write('some.txt', bytes)).then(
        () => 'loaded',
        (error: Error) => error.message.replace(/^.*some\.txt /, ''),
      )
    expect(await refused(Buffer.from(text, 'utf16le'))).toMatch(/^is not text: it has NUL bytes/)
    expect(await refused(Buffer.from([0xe3, 0xf0, 0xe4, 10]))).toMatch(/^cannot be read: .* iconv/)
    expect(await refused(Buffer.alloc(0))).toBe('is empty')
  })

  test('NUL and halves of characters in a text keep the archive in order', async () => {
    const halves = [
      '{"display":"\\u0000a","timestamp":1760000000001}',
      '{"display":"\\ud800b","timestamp":1760000000002}',
    ]
    await rig.load(await rig.write('history.jsonl', linesOfJson(typed('a\u0000b'), ...halves)))
    const options = { signal: new AbortController().signal, progress: () => undefined }
    expect(await rig.maintenance.verify(true, options)).toMatchObject({ messages: 3, findings: [] })
  })
})

describe('what is no file', () => {
  test('a pipe, a device and a link to itself are refused', async () => {
    await mkdir(rig.path(), { recursive: true })
    execFileSync('mkfifo', [rig.path('pipe.txt')])
    await symlink(rig.path('loop'), rig.path('loop'))
    for (const path of [rig.path('pipe.txt'), '/dev/zero', rig.path('loop')]) {
      await expect(rig.load(path)).rejects.toMatchObject({ code: 'invalid_input' })
    }
  })

  test('a folder with a pipe, and links to itself and to nothing, is loaded', async () => {
    await rig.write('f/history.jsonl', linesOfJson(typed('one')))
    execFileSync('mkfifo', [rig.path('f/pipe.txt')])
    await symlink(rig.path('f'), rig.path('f/up'))
    await symlink(rig.path('none'), rig.path('f/none.jsonl'))
    expect((await rig.load(rig.path('f'))).files).toMatchObject([{ new_unique_messages: 1 }])
  })

  test('a file that disappears from a folder keeps no other back', async () => {
    await rig.write(
      'f/history.jsonl',
      linesOfJson(...Array.from({ length: 1500 }, (_, at) => typed(`t ${String(at)}`))),
    )
    const log = await rig.write('f/debug/a.txt', '2025-11-22T10:00:00.000Z [INFO] x\n')
    rig.written = async () => await rm(log, { force: true })
    const { files } = await rig.load(rig.path('f'))
    expect(files).toMatchObject([
      { status: 'completed', new_unique_messages: 1500 },
      { status: 'failed', notes: `there is no file ${log}` },
    ])
  })

  test.each([
    ['EACCES', 'forbidden', '/x may not be read'],
    ['ENOENT', 'not_found', 'there is no file /x'],
    ['EIO', 'unavailable', '/x cannot be read: EIO'],
  ])('%s is told in a sentence', (code, expected, message) => {
    expect(unreadable('/x', Object.assign(new Error(code), { code }))).toMatchObject({ code: expected, message })
  })
})

test('a member of a zip archive that is one endless line is read like such a file', async () => {
  const zip = zipOf({ '_chat.txt': `1/2/2021, 10:00 - Dana: hi\n1/2/2021, 10:01 - Dana: ${'x'.repeat(40 * MEGABYTE)}` })
  const path = rig.path('WhatsApp Chat - Dana.zip')
  await mkdir(rig.path(), { recursive: true })
  await writeFile(path, zip)
  const { files } = await rig.load(path)
  expect(files[0]).toMatchObject({ new_unique_messages: 1, errors_count: 1 })
})

test('a tree of a conversation that is one long chain is read in a time that grows with its length', async () => {
  const node = (id: string, parent: string | null): object => ({
    id,
    parent,
    children: [],
    message: { author: { role: 'user' }, content: { parts: [id] } },
  })
  const ids = Array.from({ length: 20_000 }, (_, at) => `n${String(at)}`)
  const chain = Object.fromEntries(ids.map((id, at) => [id, node(id, ids[at - 1] ?? null)]))
  const mapping = { ...chain, leaf: node('leaf', null) }
  const path = await rig.write('conversations.json', JSON.stringify([{ id: 'c', mapping, current_node: 'leaf' }]))
  expect((await rig.load(path)).files).toMatchObject([{ new_unique_messages: 20_001 }])
})
