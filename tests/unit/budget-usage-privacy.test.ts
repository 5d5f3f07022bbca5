/** What is forgotten, merged or handed over of the usage log: in the current file, in former ones, in the journal and in memory. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { appendFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { forgetChangedTasks } from '../../src/budget/usage/forget-changed-tasks.ts'
import type { ContentChange } from '../../src/messages/change-log.ts'
import { begunUsage } from '../support/budget/begun-usage.ts'
import { UsageLogRig } from '../support/budget/usage-log-rig.ts'
import { residueIn } from '../support/residue.ts'

const DONE = { success: true }
const SECRET = 'Quetzal9'

let rig: UsageLogRig

beforeEach(async () => {
  rig = await UsageLogRig.start({ most_bytes: 3000, kept_files: 100 })
})

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const turn = async (
  person_id: string,
  message_ids: readonly string[],
  task = `${SECRET} of ${person_id}`,
): Promise<void> => {
  await rig.log.finish(rig.log.begin(begunUsage({ person_id, message_ids, task })), DONE)
  await rig.log.close()
  rig.clock.step(1)
}

const residue = async (word: string): Promise<readonly string[]> => await residueIn([rig.folder], { words: [word] })

/** Everything that is in files: `person: task`. */
const kept = async (): Promise<readonly string[]> => {
  const files = await rig.log.files()
  const entries = await Promise.all(files.map(path => rig.entries(path)))
  return entries.flat().map(({ person_id, task }) => `${person_id ?? '–'}: ${task ?? '–'}`)
}

/** Entries of two people in several files, one open use of each, and words in the journal of what has ended. */
const fill = async (): Promise<void> => {
  for (let count = 0; count < 10; count++) {
    await turn('ana', [`a${String(count)}`])
    await turn('ben', [`b${String(count)}`], `tea of ben`)
  }
  for (const person_id of ['ana', 'ben']) {
    const slow = rig.log.begin(
      begunUsage({ person_id, task: `${SECRET} of ${person_id}, slowly`, message_ids: [`${person_id}-slow`] }),
    )
    await rig.log.close()
    await rig.log.finish(slow, DONE)
    rig.log.begin(
      begunUsage({ person_id, task: `${SECRET} of ${person_id}, open`, message_ids: [`${person_id}-open`] }),
    )
  }
  await rig.log.close()
  expect((await rig.log.files()).length).toBeGreaterThan(3)
}

test('nothing of a person stays in any file, and everything of the others does', async () => {
  await fill()
  expect(await rig.personal.count('ana')).toBe(12)
  expect(await rig.personal.erase('ana')).toBe(12)
  expect(await rig.personal.count('ana')).toBe(0)
  expect(await residue('ana')).toEqual([])
  expect(await rig.personal.count('ben')).toBe(12)
  expect(await kept()).toEqual([...Array<string>(10).fill('ben: tea of ben'), `ben: ${SECRET} of ben, slowly`])
  rig.open()
  expect(await rig.personal.count('ana')).toBe(0)
  expect(await rig.personal.count('ben')).toBe(12)
})

test('of a forgotten message the words go, and that there was a turn stays', async () => {
  await fill()
  await rig.personal.forget(['a3', 'ana-slow', 'ana-open', 'unknown'])
  expect(await residue('slowly')).toHaveLength(1)
  expect(await rig.personal.count('ana')).toBe(12)
  const words: unknown[] = []
  for await (const { fields } of rig.personal.export('ana')) words.push(fields['task'])
  expect(words.filter(task => task === null)).toHaveLength(3)
  await rig.personal.forget(['ben-slow', 'ben-open', ...Array.from({ length: 10 }, (_, count) => `a${String(count)}`)])
  expect(await residue(SECRET)).toEqual([])
})

test('a message with odd characters in its id is found', async () => {
  for (const id of ['a]b', 'a"b', 'שלום', 'a\\b', '😀', 'false_123@g.us_3EB0[1]']) {
    await turn('ana', [id, 'another'])
    await rig.personal.forget([id])
    expect(await residue(SECRET)).toEqual([])
  }
})

test('a task of several messages goes with any of them, whoever wrote them', async () => {
  await turn('ana', ['a1', 'b1'])
  await rig.personal.forget(['b1'])
  expect(await kept()).toEqual(['ana: –'])
})

test('what cannot be read and names what is to go, goes', async () => {
  await turn('ana', ['a1'], 'tea')
  const [line = ''] = (await rig.text()).split('\n')
  await appendFile(rig.path, `${line.slice(0, -5)}\n${line.replace('"a1"', '"a2"').slice(0, -5)}\n${SECRET}\n`)
  await rig.personal.forget(['a2'])
  expect((await rig.text()).split('\n')).toHaveLength(4)
  expect(await rig.personal.erase('ana')).toBe(2)
  expect((await rig.text()).split('\n')).toEqual([SECRET, ''])
})

test('an entry of the request to forget is spared, one with other messages too is not', async () => {
  await turn('ana', ['request'])
  await turn('ana', ['request', 'a1'])
  await turn('ana', [])
  const bounds = { spared: ['request'] }
  expect(await rig.personal.count('ana', bounds)).toBe(2)
  expect(await rig.personal.erase('ana', bounds)).toBe(2)
  expect(await rig.personal.count('ana', bounds)).toBe(0)
  expect(await rig.personal.count('ana')).toBe(1)
})

test('two people who are one have one history; doing it again changes nothing', async () => {
  await fill()
  for (let pass = 0; pass < 2; pass++) {
    await rig.personal.reassign('ana', 'ben')
    expect(await rig.personal.count('ana')).toBe(0)
    expect(await rig.personal.count('ben')).toBe(24)
  }
  rig.open()
  expect(await rig.personal.count('ben')).toBe(24)
})

test('a person is not mistaken for one whose id begins the same, or who is named in words', async () => {
  await turn('ana', ['a1'])
  await turn('ana2', ['a2'], 'tea')
  await turn('ben', ['b1'], 'the text "person_id":"ana" and "message_ids":["a1"]')
  await rig.personal.forget(['a'])
  expect(await rig.personal.erase('ana')).toBe(1)
  expect(await kept()).toEqual(['ana2: tea', 'ben: the text "person_id":"ana" and "message_ids":["a1"]'])
})

test('entries that wait because the file cannot be written are erased too', async () => {
  await mkdir(rig.path, { recursive: true })
  await turn('ana', ['a1'])
  await turn('ben', ['b1'])
  await rig.personal.erase('ana').catch(() => undefined)
  await rig.personal.forget(['b1']).catch(() => undefined)
  await rm(rig.path, { recursive: true })
  await rig.log.recover()
  expect(await kept()).toEqual(['ben: –'])
})

test('an erasure that cannot be completed says so, and is completed later', async () => {
  await turn('ana', ['a1'])
  // The new file cannot be made.
  await mkdir(`${rig.path}.new`)
  await expect(rig.personal.erase('ana')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  expect(await rig.personal.count('ana')).toBe(1)
  await rm(`${rig.path}.new`, { recursive: true, force: true })
  expect(await rig.personal.erase('ana')).toBe(1)
})

test('what a crash left of a file that was being rewritten is gone after the next start', async () => {
  await turn('ana', ['a1'], 'tea')
  await writeFile(join(rig.folder, 'budget-usage.jsonl.new'), SECRET)
  rig.open()
  await rig.log.recover()
  expect(await residue(SECRET)).toEqual([])
  expect(await readdir(rig.folder)).toContain('budget-usage.jsonl')
})

test('what is written while files are rewritten is not lost', async () => {
  await fill()
  const writes = Array.from({ length: 50 }, async (_, count) => {
    const id = rig.log.begin(begunUsage({ person_id: 'cleo', message_ids: [`c${String(count)}`], task: 'tea' }))
    await rig.log.finish(id, DONE)
  })
  await Promise.all([rig.personal.erase('ana'), rig.personal.forget(['b1', 'b2']), ...writes])
  await rig.log.close()
  expect(await rig.personal.count('ana')).toBe(0)
  expect(await rig.personal.count('cleo')).toBe(50)
})

test('words of messages that changed are removed page by page, and only then the log is passed', async () => {
  for (let count = 0; count < 3; count++) await turn('ana', [`a${String(count)}`], `${SECRET} ${String(count)}`)
  const changes: ContentChange[] = ['a0', 'a2', 'a9'].map((message_id, index) => ({
    change: index + 1,
    message_id,
    session_id: undefined,
    seq: index,
  }))
  let passed = 0
  const changeLog = {
    contentChanges: async () => changes.filter(each => each.change > passed).slice(0, 1),
    advance: async (_cursor: unknown, change: number) => {
      passed = change
    },
  }
  await forgetChangedTasks({ changeLog, tasks: rig.personal })
  expect(passed).toBe(3)
  expect(await kept()).toEqual(['ana: –', `ana: ${SECRET} 1`, 'ana: –'])
})
