/** Loading files into the archive: runs, resuming, sources that change, folders, dry runs. */
import { appendFile, chmod, rm, symlink, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { FileReport } from '../../src/ingest/ingest-report.ts'
import { IngestRig } from '../support/archive/ingest-rig.ts'
import { zipOf } from '../support/archive/zip-of.ts'
import { linesOfJson } from '../support/archive/read-source.ts'

const SESSION = '0340f328-33c2-42fb-b9fa-ae58a9d8a799'
const AT = Date.parse('2025-11-22T10:00:00.000Z')

let rig: IngestRig
beforeEach(async () => {
  rig = await IngestRig.open()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const history = (from: number, to: number): string =>
  linesOfJson(
    ...Array.from({ length: to - from }, (_, index) => ({
      display: `message number ${String(from + index)} ${'x'.repeat(200)}`,
      timestamp: AT + from + index,
      project: '/code/shop',
      sessionId: SESSION,
    })),
  )

const figures = ({
  status,
  lines,
  messages_extracted,
  new_unique_messages,
  duplicate_messages,
  errors_count,
}: FileReport) => [status, lines, messages_extracted, new_unique_messages, duplicate_messages, errors_count]
const first = (report: { readonly files: readonly FileReport[] }): FileReport => report.files[0] as FileReport

test('a load has a record with counts and checksums; a second load adds nothing', async () => {
  const file = await rig.write('history.jsonl', `${history(0, 3)}broken\n${history(2, 4)}`)
  expect(figures(first(await rig.load(file)))).toEqual(['completed', 6, 5, 4, 1, 1])
  expect(figures(first(await rig.load(file)))).toEqual(['completed', 6, 5, 0, 5, 1])
  const [second, run] = await rig.store.runs({ limit: 5 })
  expect(run).toMatchObject({
    source_type: 'history',
    phase: 1,
    source_file: file,
    status: 'completed',
    started_by: 'operator',
    notes: undefined,
  })
  expect(run?.source_checksum).toMatch(/^[0-9a-f]{64}$/)
  expect(run?.destination_checksum).toBe(run?.source_checksum)
  expect(second?.run_id).toBe(2)
  expect(await rig.store.rejectedLines(1, { after: 0, limit: 9 })).toEqual([
    { line: 4, reason: 'the line is not JSON', excerpt: 'broken' },
  ])
  expect(await rig.store.counts()).toMatchObject({ messages: 4, places: 5 })
})

test('a load that is called off goes on where it was, and nothing is lost or doubled', async () => {
  const file = await rig.write('history.jsonl', history(0, 5000))
  const caller = new AbortController()
  let batches = 0
  rig.written = async () => {
    if (++batches === 2) caller.abort(new Error('enough'))
  }
  await expect(rig.load(file, {}, { signal: caller.signal })).rejects.toThrow('enough')
  const [run] = await rig.store.runs({ limit: 1 })
  expect(run).toMatchObject({ status: 'interrupted' })
  expect(run?.messages_extracted).toBeGreaterThan(0)
  expect(run?.messages_extracted).toBeLessThan(5000)
  rig.reopen()
  const resumed = first(await rig.load(file))
  expect([resumed.resumed, resumed.run_id]).toEqual([true, 1])
  expect(figures(resumed)).toEqual(['completed', 5000, 5000, 5000, 0, 0])
  expect(await rig.store.counts()).toMatchObject({ messages: 5000, places: 5000, runs: 1 })
})

test('a conversation that can only be read as a whole is written in small steps, each of which counts once', async () => {
  const messages = Array.from({ length: 1000 }, (_, at) => ({
    role: at % 2 === 0 ? 'user' : 'assistant',
    content: `what was said ${String(at)}`,
    timestamp: new Date(AT + at * 1000).toISOString(),
  }))
  const file = await rig.write('talks.json', JSON.stringify([{ id: 'long', messages }, { id: 'none' }]))
  let steps = 0
  for (let loads = 0; loads < 3; loads++) {
    const caller = new AbortController()
    let batches = 0
    rig.written = async () => {
      steps++
      // Each of them reads the first messages once more.
      if (++batches === 2 + 2 * loads) caller.abort(new Error('enough'))
    }
    await expect(rig.load(file, {}, { signal: caller.signal })).rejects.toThrow('enough')
    const { position, ahead, messages_extracted } = (await rig.store.runs({ limit: 1 }))[0] ?? {}
    expect(position).toBe(0)
    expect(ahead).toBeGreaterThan(0)
    expect(messages_extracted).toBe(ahead)
    rig.reopen()
  }
  const resumed = first(await rig.load(file))
  expect(figures(resumed)).toEqual(['completed', 1001, 1000, 1000, 0, 1])
  expect(resumed.resumed).toBe(true)
  expect(steps).toBeGreaterThan(12)
  expect(await rig.store.counts()).toMatchObject({ messages: 1000, places: 1000, runs: 1 })
  expect((await rig.store.runs({ limit: 1 }))[0]?.ahead).toBe(0)
})

test('a debug log goes on at the beginning of an entry, so that none is cut', async () => {
  const entry = (at: number): string =>
    `${new Date(AT + at).toISOString()} [ERROR] failed ${String(at)}\n    at line ${String(at)} ${'y'.repeat(300)}\n`
  const file = await rig.write(`debug/${SESSION}.txt`, Array.from({ length: 4000 }, (_, at) => entry(at)).join(''))
  const caller = new AbortController()
  rig.written = async () => {
    caller.abort(new Error('enough'))
  }
  await expect(rig.load(file, {}, { signal: caller.signal })).rejects.toThrow('enough')
  rig.reopen()
  expect(figures(first(await rig.load(file)))).toEqual(['completed', 8000, 4000, 4000, 0, 0])
  expect(rig.rows(`select count(*) n from archive_messages where content like 'failed %at line %'`)).toEqual([
    { n: 4000 },
  ])
})

test('a file whose beginning changes while it is read fails with a clear note; one that grows does not', async () => {
  const file = await rig.write('history.jsonl', history(0, 3000))
  rig.written = async () => {
    rig.written = async () => undefined
    await writeFile(file, history(1, 3001))
  }
  const changed = first(await rig.load(file))
  expect(changed.status).toBe('failed')
  expect(changed.notes).toBe('the file changed while it was read: what was read is in the archive; load it again')
  rig.written = async () => {
    rig.written = async () => undefined
    await appendFile(file, history(3001, 3002))
  }
  const grown = first(await rig.load(file))
  expect([grown.status, grown.lines, grown.notes]).toEqual([
    'completed',
    3000,
    'the file grew while it was read: the rest comes with the next load',
  ])
  expect(first(await rig.load(file)).new_unique_messages).toBe(1)
})

test('a dry run counts what a load would do, and leaves nothing', async () => {
  const file = await rig.write('history.jsonl', `${history(0, 3)}${history(0, 2)}broken\n`)
  const dry = first(await rig.load(file, { dry_run: true }))
  expect([...figures(dry), dry.run_id]).toEqual(['counted', 6, 5, 3, 2, 1, undefined])
  expect(await rig.store.counts()).toMatchObject({ messages: 0, runs: 0 })
  expect(figures(first(await rig.load(file))).slice(1)).toEqual(figures(dry).slice(1))
  expect(figures(first(await rig.load(file, { dry_run: true })))).toEqual(['counted', 6, 5, 0, 5, 1])
})

test('a folder: what tells of projects comes first, so that logs get theirs; unchanged files are not read again', async () => {
  await rig.write(`debug/${SESSION}.txt`, '2025-11-22T10:00:00.000Z [DEBUG] LSP ready\n')
  await rig.write('history.jsonl', history(0, 1))
  await rig.write(`todos/${SESSION}-agent-${SESSION}.json`, JSON.stringify([{ content: 'Write', status: 'pending' }]))
  await rig.write('settings.json', '{}')
  await rig.write('plugins/x.jsonl', history(5, 6))
  await symlink(rig.path('history.jsonl'), rig.path('latest.jsonl'))
  const report = await rig.load(rig.path())
  expect(report.files.map(each => each.source_type)).toEqual(['history', 'todos', 'debug'])
  expect(report.skipped).toEqual([{ file: rig.path('settings.json'), reason: 'has no known format' }])
  expect(
    rig.rows('select content, path from archive_messages left join projects using (project_id) order by seq'),
  ).toEqual([
    { content: expect.stringContaining('message number 0'), path: '/code/shop' },
    { content: 'Write', path: '/code/shop' },
    { content: 'LSP ready', path: '/code/shop' },
  ])
  const again = await rig.load(rig.path())
  expect(again.totals.map(each => [each.source_type, each.unchanged, each.new_unique_messages])).toEqual([
    ['history', 1, 0],
    ['todos', 1, 0],
    ['debug', 1, 0],
  ])
})

test('a zip archive that cannot be loaded keeps no file of its folder back, and it is said why', async () => {
  const chat = '13/1/2021, 10:00 - A: hello\n'
  const names = ['WhatsApp Chat with A.txt', 'WhatsApp Chat with B.txt']
  await rig.write('a.zip', zipOf(Object.fromEntries(names.map(name => [name, chat]))))
  await rig.write('b.zip', zipOf({ '_chat.txt': chat }, { encrypted: true }))
  const whole = zipOf({ '_chat.txt': chat })
  await rig.write('c.zip', whole.subarray(0, whole.length - 10))
  await rig.write('d.zip', zipOf({ 'x/other.txt': chat }))
  await rig.write('z.txt', chat)
  const report = await rig.load(rig.path())
  expect(report.files.map(({ file, status, notes }) => [file, status, notes ?? ''])).toEqual([
    [rig.path('a.zip'), 'failed', expect.stringContaining('holds 2 chats')],
    [rig.path('b.zip'), 'failed', expect.stringContaining('is protected by a password')],
    [rig.path('z.txt'), 'completed', expect.anything()],
  ])
  const damaged = 'cannot be read as a zip archive: '
  const other = 'holds neither an exported chat nor a ChatGPT export; unpack it to load something else from it'
  expect(report.skipped).toEqual([
    { file: rig.path('c.zip'), reason: expect.stringContaining(damaged) },
    { file: rig.path('d.zip'), reason: other },
  ])
  expect(rig.rows('select content from archive_messages')).toEqual([{ content: 'hello' }])
  await expect(rig.load(rig.path('c.zip'))).rejects.toThrow(`${rig.path('c.zip')} ${damaged}`)
  await expect(rig.load(rig.path('d.zip'))).rejects.toMatchObject({ message: `${rig.path('d.zip')} ${other}` })
})

test('a log that was loaded before its session was known gets its project afterwards', async () => {
  await rig.load(await rig.write(`debug/${SESSION}.txt`, '2025-11-22T10:00:00.000Z [DEBUG] LSP ready\n'))
  expect(rig.rows('select project_id from archive_messages')).toEqual([{ project_id: null }])
  await rig.load(await rig.write('history.jsonl', history(0, 1)))
  expect(rig.rows('select name from archive_messages join projects using (project_id)')).toEqual([
    { name: 'shop' },
    { name: 'shop' },
  ])
})

test('a phase or a forced extraction settles the format; without them an unknown one is refused', async () => {
  const log = await rig.write('strange.log', '2025-11-22T10:00:00.000Z [DEBUG] LSP ready\n')
  await expect(rig.load(log)).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('--phase'),
  })
  expect(first(await rig.load(log, { phase: 2 })).source_type).toBe('debug')
  const bare = await rig.write('bare.jsonl', linesOfJson({ content: 'words' }))
  await expect(rig.load(bare)).rejects.toMatchObject({ code: 'invalid_input' })
  expect(figures(first(await rig.load(bare, { is_extraction: true })))).toEqual(['completed', 1, 1, 1, 0, 0])
})

test('what is not there, no file, or may not be read, is said in one sentence', async () => {
  await expect(rig.load(rig.path('none'))).rejects.toMatchObject({
    code: 'not_found',
    message: `there is no file ${rig.path('none')}`,
  })
  await expect(rig.load('/dev/null')).rejects.toMatchObject({
    code: 'invalid_input',
    message: '/dev/null is neither a file nor a folder',
  })
  const file = await rig.write('history.jsonl', '')
  await chmod(file, 0o000)
  expect((await rig.load(rig.path())).files.length).toBeLessThanOrEqual(1)
})

test('a file of a folder that cannot be read keeps no other back', async () => {
  await rig.write('a/history.jsonl', history(0, 3000))
  const gone = await rig.write('b/history.jsonl', history(1, 3))
  await rig.write(`debug/${SESSION}.txt`, '2025-11-22T10:00:00.000Z [DEBUG] LSP ready\n')
  rig.written = async () => {
    rig.written = async () => undefined
    await rm(gone)
  }
  const report = await rig.load(rig.path())
  expect(report.files.map(each => [each.source_type, each.status, each.notes])).toEqual([
    ['history', 'completed', undefined],
    ['history', 'failed', `there is no file ${gone}`],
    ['debug', 'completed', undefined],
  ])
})

test('odd bytes: no UTF-8, a byte order mark, carriage returns, an endless line, no last line end, an empty file', async () => {
  const [one = '', two = ''] = history(0, 2).trimEnd().split('\n')
  const bytes = Buffer.concat([
    Buffer.from(`\ufeff${one}\r\n`),
    Buffer.from([0xff, 0xfe, 0x0a]),
    Buffer.alloc(33 * 1024 * 1024, 0x61),
    Buffer.from(`\n\n${two}`),
  ])
  const report = first(await rig.load(await rig.write('history.jsonl', bytes)))
  expect(figures(report)).toEqual(['completed', 5, 2, 2, 0, 2])
  expect(report.rejected.map(({ line, reason }) => [line, reason])).toEqual([
    [2, 'the line is not UTF-8'],
    [3, 'the line has 34603008 bytes; at most 33554432 are read'],
  ])
  expect(figures(first(await rig.load(await rig.write('empty/history.jsonl', ''))))).toEqual([
    'completed',
    0,
    0,
    0,
    0,
    0,
  ])
})

test('verify finds what is wrong, and a rebuild after a copy mends identities and joins what is the same', async () => {
  await rig.load(await rig.write('history.jsonl', history(0, 3)))
  const options = { signal: new AbortController().signal, progress: () => undefined }
  expect(await rig.maintenance.verify(true, options)).toEqual({ messages: 3, runs: 1, hashes_checked: 3, findings: [] })
  rig.database.run(`update archive_messages set content = content || ' altered' where seq = 1`)
  rig.database
    .run(`update archive_messages set hash = x'00', content = (select content from archive_messages where seq = 3),
    at = (select at from archive_messages where seq = 3) where seq = 2`)
  rig.database.run('delete from places where seq = 3')
  rig.database.run('update extraction_runs set messages_extracted = 7')
  const { findings } = await rig.maintenance.verify(true, options)
  expect(findings).toEqual([
    { what: 'message_without_place', count: 1, examples: ['3'] },
    { what: 'wrong_hash', count: 2, examples: ['1', '2'] },
    { what: 'wrong_counts', count: 1, examples: ['1'] },
  ])
  const rebuilt = await rig.maintenance.rebuild(true, options)
  expect(rebuilt).toMatchObject({ messages: 2, changed: 1, merged: 1 })
  expect(rebuilt.backup).toMatch(/archive-2026-11-20T10-00-00-000Z\.backup\.db$/)
  expect((await rig.maintenance.verify(true, options)).findings.map(each => each.what)).toEqual(['wrong_counts'])
  expect(rig.rows('select seq, source_line from places order by seq')).toEqual([
    { seq: 1, source_line: 1 },
    { seq: 3, source_line: 2 },
  ])
})
