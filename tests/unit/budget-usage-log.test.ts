/** The usage log of budgets: what it writes, and what crashes, full disks and odd files do to it. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { appendFile, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { analyseUsage } from '../../src/budget/usage/read-usage.ts'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { begunUsage } from '../support/budget/begun-usage.ts'
import { UsageLogRig } from '../support/budget/usage-log-rig.ts'
import { SMALL_DISKS, smallDisk } from '../support/small-disk.ts'
import { until } from '../support/until.ts'

let rig: UsageLogRig

beforeEach(async () => {
  rig = await UsageLogRig.start()
})

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const DONE = { success: true }

test('a finished turn is one line with all fields', async () => {
  const id = rig.log.begin(
    begunUsage({
      demand_tokens: 5000,
      warnings: [
        { timestamp: '2026-11-20T10:00:00.000Z', threshold: 'info', usage_pct: 75, message: 'Budget 75% consumed' },
      ],
    }),
  )
  rig.clock.step(1500)
  expect(await rig.log.finish(id, { success: false, error: 'the model timed out' })).toBe(true)
  await rig.log.close()
  expect(await rig.entries()).toEqual([
    {
      id,
      timestamp: '2026-11-20T10:00:00.000Z',
      run: 'live',
      kind: 'turn',
      agent: 'client',
      profile: 'client',
      complexity: 'simple',
      budget_allocated: 4000,
      tokens_loaded: 3000,
      demand_tokens: 5000,
      usage_pct: 125,
      exceeded_budget: true,
      scope_breakdown: begunUsage().scope_breakdown,
      warnings_count: 1,
      warnings: [
        { timestamp: '2026-11-20T10:00:00.000Z', threshold: 'info', usage_pct: 75, message: 'Budget 75% consumed' },
      ],
      person_id: 'ana',
      message_ids: ['m1'],
      task: 'When do I fly to Rome?',
      duration_seconds: 1.5,
      success: false,
      error: 'the model timed out',
    },
  ])
})

test.each([
  ['an exact fit', 4000, 4000, 100, false],
  ['one token too many', 4000, 4001, 100, true],
  ['nothing', 4000, 0, 0, false],
  ['no budget, and nothing needed', 0, 0, 0, false],
  ['no budget, and something needed', 0, 5, 101, true],
])(
  '%s: the share of the budget, and whether it was exceeded',
  async (_name, budget_allocated, demand_tokens, pct, more) => {
    await rig.log.finish(rig.log.begin(begunUsage({ budget_allocated, demand_tokens })), DONE)
    await rig.log.close()
    expect(await rig.entries()).toMatchObject([{ usage_pct: pct, exceeded_budget: more }])
  },
)

test.each([
  ['a line break', 'one\ntwo', 'one\ntwo'],
  ['Hebrew', 'מתי אני טס לרומא?', 'מתי אני טס לרומא?'],
  ['half of a character', 'bad \ud83d end', 'bad \ufffd end'],
  ['a NUL', 'a\u0000b', 'ab'],
  ['a line separator', 'a\u2028b', 'a\u2028b'],
  ['JSON', '{"task":"x"}\\"', '{"task":"x"}\\"'],
  ['a very long text', '😀'.repeat(1000), '😀'.repeat(250)],
])('a task with %s is one line that can be read', async (_name, task, kept) => {
  await rig.log.finish(rig.log.begin(begunUsage({ task })), DONE)
  await rig.log.finish(rig.log.begin(begunUsage()), DONE)
  await rig.log.close()
  expect((await rig.entries()).map(entry => entry.task)).toEqual([kept, 'When do I fly to Rome?'])
})

test('words that may not be kept are in no file', async () => {
  rig.open({ keepsWords: async () => false })
  const [done] = [rig.log.begin(begunUsage()), rig.log.begin(begunUsage())]
  await rig.log.finish(done, DONE)
  await rig.log.close()
  expect(await rig.entries()).toMatchObject([{ task: null, person_id: 'ana' }])
  expect(`${await rig.text()}${await rig.text(rig.journal)}`).not.toContain('Rome')
})

test('words of which no one has asked yet whether they may be kept are in no file, also when the journal is written anew', async () => {
  let asked = 0
  const keepsWords = async (): Promise<boolean> => {
    asked++
    // Work that begins while the journal of earlier work is being written.
    if (asked === 1) rig.log.begin(begunUsage())
    return false
  }
  rig.open({ keepsWords })
  rig.log.begin(begunUsage())
  await rig.log.close()
  expect(await rig.text(rig.journal)).not.toContain('Rome')
  expect(await rig.openIds()).toHaveLength(2)
  // An erasure writes the journal anew, at whatever moment other work begins.
  const erasure = rig.personal.erase('ben')
  let is_over = false
  void erasure.finally(() => {
    is_over = true
  })
  while (!is_over) {
    rig.log.begin(begunUsage())
    await new Promise(setImmediate)
  }
  await rig.log.close()
  expect(await rig.text(rig.journal)).not.toContain('Rome')
  rig.open()
  await rig.log.recover()
  expect(await rig.text()).not.toContain('Rome')
})

test('entries bear the mark of the run', async () => {
  rig.open({ run: 'demo' })
  await rig.log.finish(rig.log.begin(begunUsage()), DONE)
  await rig.log.close()
  expect(await rig.entries()).toMatchObject([{ run: 'demo' }])
})

test('neither method waits for the disk, and many at once are all written, each once', async () => {
  const ids = Array.from({ length: 200 }, () => rig.log.begin(begunUsage()))
  await Promise.all(ids.map(id => rig.log.finish(id, DONE)))
  await rig.log.close()
  expect((await rig.entries()).map(entry => entry.id)).toEqual(ids)
  expect(await rig.openIds()).toEqual([])
})

describe('work that is not finished', () => {
  test('a use ends once', async () => {
    const id = rig.log.begin(begunUsage())
    expect(await rig.log.finish(id, DONE)).toBe(true)
    expect(await rig.log.finish(id, DONE)).toBe(false)
    expect(await rig.log.finish('never begun', DONE)).toBe(false)
    await rig.log.close()
    expect(await rig.entries()).toHaveLength(1)
  })

  test('a use is noted in the journal once it has been open for a moment', async () => {
    const id = rig.log.begin(begunUsage())
    await rig.clock.advance(50)
    const noted = (): Promise<string> => rig.text(rig.journal).catch(() => '')
    await until(async () => (await noted()).includes(id))
    expect(await noted()).toContain(id)
  })

  test('a turn that a crash ended is on record as unfinished, and the log says so', async () => {
    const id = rig.log.begin(begunUsage())
    await rig.log.close()
    rig.open()
    await rig.log.recover()
    expect(await rig.entries()).toMatchObject([{ id, success: false, error: 'unfinished', duration_seconds: null }])
    expect(rig.lines.lines).toContainEqual({
      level: 'warn',
      component: 'budget',
      message: 'Uses of budgets were begun and not finished',
      fields: { turns: 1, loads: 0 },
    })
    rig.open()
    await rig.log.recover()
    expect(await rig.entries()).toHaveLength(1)
  })

  test('a load may be finished by a later process, until a day is over', async () => {
    const ids = [1, 2].map(() => rig.log.begin(begunUsage({ kind: 'load', person_id: undefined })))
    await rig.log.close()
    rig.open()
    expect((await rig.log.openLoads()).map(use => use.id)).toEqual(ids)
    rig.clock.step(HOUR_MS)
    expect(await rig.log.finish(ids[0] ?? '', DONE)).toBe(true)
    rig.clock.step(24 * HOUR_MS)
    expect(await rig.log.openLoads()).toEqual([])
    await rig.log.close()
    expect(await rig.entries()).toMatchObject([
      { id: ids[0], success: true, duration_seconds: 3600 },
      { id: ids[1], success: false, error: 'unfinished' },
    ])
    rig.open()
    expect(await rig.log.finish(ids[1] ?? '', DONE)).toBe(false)
  })

  test('a crash between the entry and the note that the use has ended gives no second entry', async () => {
    const id = rig.log.begin(begunUsage())
    await rig.log.close()
    const before = await readFile(rig.journal)
    await rig.log.finish(id, DONE)
    await rig.log.close()
    await writeFile(rig.journal, before)
    rig.open()
    await rig.log.recover()
    expect(await rig.entries()).toMatchObject([{ id, success: true }])
    expect(await rig.openIds()).toEqual([])
  })

  test('a crash between the end of work and its entry leaves it in the journal, whatever was written meanwhile', async () => {
    let asked = 0
    const second_run = Promise.withResolvers<undefined>()
    const keepsWords = async (): Promise<boolean> => {
      asked++
      // While the entry of the first turn is being written, the second one ends.
      if (asked === 3) await rig.log.finish(ids[1] ?? '', DONE)
      if (asked < 4) return true
      // The process ends before the entry of the second turn is written.
      second_run.resolve(undefined)
      return await new Promise(() => undefined)
    }
    rig.open({ keepsWords })
    const ids = [rig.log.begin(begunUsage()), rig.log.begin(begunUsage())]
    await rig.log.close()
    expect(asked).toBe(2)
    await rig.log.finish(ids[0] ?? '', DONE)
    await second_run.promise
    rig.open()
    await rig.log.recover()
    expect(await rig.entries()).toMatchObject([
      { id: ids[0], success: true },
      { id: ids[1], error: 'unfinished' },
    ])
  })

  test('a journal with a torn line, or of something else, costs what cannot be read and nothing more', async () => {
    const id = rig.log.begin(begunUsage({ kind: 'load' }))
    await rig.log.close()
    await appendFile(rig.journal, '{"id":"torn","timest\n[1]\nnull\n"x"\n{"id":5}\n{"ended":7}\n{"id":"to')
    rig.open()
    expect(await rig.openIds()).toEqual([id])
    const next = rig.log.begin(begunUsage({ kind: 'load' }))
    await rig.log.close()
    rig.open()
    expect(await rig.openIds()).toEqual([id, next])
  })

  test('more open uses than are kept: the oldest counts as unfinished', async () => {
    const ids = Array.from({ length: 1001 }, () => rig.log.begin(begunUsage()))
    await rig.log.close()
    expect(await rig.entries()).toMatchObject([{ id: ids[0], error: 'unfinished' }])
    expect(await rig.openIds()).toHaveLength(1000)
  })
})

describe('a last line', () => {
  const append = async (): Promise<void> => {
    await rig.log.finish(rig.log.begin(begunUsage()), DONE)
    await rig.log.close()
  }

  test.each([
    ['that a crash cut off is removed', '{"timestamp":"2026-11-20T09:', 0],
    ['that was cut off inside a character is removed', Buffer.from('{"task":"שלום"}').subarray(0, 12), 0],
    ['that is whole but for its end gets it', '{"id":"by hand"}', 1],
    ['of blanks is removed', '   ', 0],
  ])('%s', async (_name, last, more) => {
    await append()
    await appendFile(rig.path, last)
    rig.open()
    await append()
    expect(await rig.entries()).toHaveLength(2 + more)
  })

  test('alone in its file and cut off, it is removed', async () => {
    await mkdir(rig.folder)
    await writeFile(rig.path, '{"timestamp":"2026-11-20T09:')
    await append()
    expect(await rig.entries()).toHaveLength(1)
  })

  test('without an end in sight it is left as a line of its own', async () => {
    await mkdir(rig.folder)
    await writeFile(rig.path, 'x'.repeat(300 * 1024))
    await append()
    const lines = (await rig.text()).trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ agent: 'client' })
  })
})

describe('files that cannot be written', () => {
  const finishOne = async (): Promise<void> => {
    await rig.log.finish(rig.log.begin(begunUsage()), DONE)
    await rig.log.close()
  }
  const warnings = (): readonly unknown[] => rig.lines.lines.filter(line => line.level === 'warn')

  test.each([
    [
      'a folder in the place of the file',
      () => mkdir(rig.path, { recursive: true }),
      /budget-usage\.jsonl is a folder; a file is expected/,
    ],
    ['a file in the place of the folder', () => writeFile(rig.folder, ''), /cannot be made/],
    [
      'a pipe in the place of the file',
      async () => {
        await mkdir(rig.folder)
        spawnSync('mkfifo', [rig.path])
      },
      /is a pipe; a file is expected/,
    ],
  ])('%s is one warning; entries wait and are written when it is gone', async (_name, place, reason) => {
    await place()
    await finishOne()
    await finishOne()
    expect(warnings()).toHaveLength(1)
    expect(await rig.log.health()).toMatchObject({ state: 'degraded', detail: expect.stringMatching(reason) })
    await rm(rig.folder, { recursive: true })
    await finishOne()
    expect(await rig.entries()).toHaveLength(3)
    expect(await rig.log.health()).toMatchObject({ state: 'ok' })
  })

  test('at most 1,000 entries wait, and how many are lost is said', async () => {
    await mkdir(rig.path, { recursive: true })
    for (let count = 0; count < 1003; count++) await rig.log.finish(rig.log.begin(begunUsage()), DONE)
    await rig.log.close()
    expect((await rig.log.health()).detail).toContain('1000 entries wait in memory, 3 are lost')
  })

  test('a pipe in the place of a file is not waited for, by readers either', async () => {
    await mkdir(rig.folder)
    for (const path of [rig.path, rig.journal]) spawnSync('mkfifo', [path])
    rig.open()
    await rig.log.recover()
    await expect(analyseUsage(rig.log, {})).rejects.toThrow(/budget-usage\.jsonl is a pipe; a file is expected there/)
    await expect(rig.personal.erase('ana')).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('a journal that cannot be written keeps back no entry', async () => {
    await mkdir(rig.journal, { recursive: true })
    rig.log.begin(begunUsage())
    await finishOne()
    expect(await rig.log.health()).toMatchObject({
      state: 'degraded',
      detail: expect.stringMatching(/open-uses\.jsonl is a folder; a file is expected/),
    })
    expect(warnings()).toHaveLength(1)
    expect(await rig.entries()).toHaveLength(1)
    await rm(rig.journal, { recursive: true })
    await finishOne()
    expect(await rig.log.health()).toMatchObject({ state: 'ok' })
    expect(await rig.openIds()).toHaveLength(1)
  })

  ;(SMALL_DISKS ? test : test.skip)('a disk that is mounted read-only', async () => {
    await using disk = await smallDisk(256 * 1024)
    await rig[Symbol.asyncDispose]()
    rig = await UsageLogRig.start({ folder: disk.path })
    const remount = (how: string): unknown => spawnSync('mount', ['-o', `remount,${how}`, disk.path])
    remount('ro')
    await finishOne()
    expect(warnings()).toHaveLength(1)
    expect(await rig.log.health()).toMatchObject({ detail: expect.stringContaining('mounted read-only') })
    remount('rw')
    await finishOne()
    expect(await rig.entries()).toHaveLength(2)
  })

  ;(SMALL_DISKS ? test : test.skip)(
    'a full disk: whole lines stay whole, and the rest is written when there is room',
    async () => {
      await using disk = await smallDisk(256 * 1024)
      await rig[Symbol.asyncDispose]()
      rig = await UsageLogRig.start({ folder: disk.path })
      await finishOne()
      const filler = join(disk.path, 'filler')
      const file = await open(filler, 'w')
      await file.write(Buffer.alloc(1024 * 1024)).catch(() => undefined)
      await file.write(Buffer.alloc(1024 * 1024)).catch(() => undefined)
      await file.close()
      for (let count = 0; count < 20; count++) await finishOne()
      for (const line of (await rig.text()).trimEnd().split('\n'))
        expect(JSON.parse(line)).toMatchObject({ agent: 'client' })
      expect(await rig.log.health()).toMatchObject({
        state: 'degraded',
        detail: expect.stringContaining('the disk is full'),
      })
      await rm(filler)
      await finishOne()
      expect(await rig.entries()).toHaveLength(22)
    },
  )
})

describe('rotation', () => {
  const finishOne = async (task: string): Promise<void> => {
    await rig.log.finish(rig.log.begin(begunUsage({ task })), DONE)
    await rig.log.close()
    rig.clock.step(1000)
  }

  test('a file that is large enough gets another name, and the oldest beyond the bound goes', async () => {
    rig.open({ most_bytes: 1, kept_files: 2 })
    for (const task of ['one', 'two', 'three']) await finishOne(task)
    rig.open({ most_bytes: 16 * 1024 })
    await finishOne('four')
    const files = await rig.log.files()
    const tasks = await Promise.all(files.map(async path => (await rig.entries(path)).map(entry => entry.task)))
    expect(tasks).toEqual([['two'], ['three'], ['four']])
  })

  test('two files of the same moment have two names, in their order', async () => {
    rig.open({ most_bytes: 1 })
    for (let count = 0; count < 12; count++) {
      await rig.log.finish(rig.log.begin(begunUsage({ task: String(count) })), DONE)
      await rig.log.close()
    }
    const tasks: unknown[] = []
    for (const path of await rig.log.files()) tasks.push(...(await rig.entries(path)).map(entry => Number(entry.task)))
    expect(tasks).toEqual([4, 5, 6, 7, 8, 9, 10, 11])
  })

  test('a reader that follows the name sees every line', async () => {
    rig.open({ most_bytes: 2000, kept_files: 100 })
    const seen: unknown[] = []
    let [at, inode] = [0, 0]
    /** What `tail -F` does: reads on where it was, and begins with the next file when the name leads to one. */
    const follow = async (): Promise<void> => {
      const file = await open(rig.path).catch(() => undefined)
      if (file === undefined) return
      const { ino, size } = await file.stat()
      if (ino !== inode) at = 0
      inode = ino
      const { buffer } = await file.read(Buffer.alloc(size - at), 0, size - at, at)
      await file.close()
      at = size
      for (const line of buffer.toString('utf8').split('\n')) if (line !== '') seen.push(JSON.parse(line))
    }
    for (let count = 0; count < 30; count++) {
      await rig.log.finish(rig.log.begin(begunUsage({ task: String(count) })), DONE)
      await rig.log.close()
      await follow()
    }
    expect((await rig.log.files()).length).toBeGreaterThan(5)
    expect(seen.length).toBeGreaterThan(15)
  })
})
