// A process without a free file handle: nothing ends, and what needed one is tried again.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { cleanUpAfterEach } from '../support/clean-up.ts'

const cleanUp = cleanUpAfterEach()
const url = (path: string): string => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href)

/** Takes every file handle but `left`, starts Chroma, gives them back, and starts it again. */
const PROGRAM = `
  const { openSync, closeSync } = await import('node:fs')
  const { ChromaProcess } = await import(${url('vectors/chroma/chroma-process.ts')})
  const { systemClock: clock } = await import(${url('platform/clock.ts')})
  const { silentLogger: logger } = await import(${url('platform/logger.ts')})
  const taken = []
  try {
    for (;;) taken.push(openSync('/dev/null'))
  } catch {}
  for (let left = Number(process.env.LEFT); left > 0; left--) closeSync(taken.pop())
  try {
    await using server = await ChromaProcess.start(process.env.FOLDER, { clock, logger })
    console.log('started')
  } catch (error) {
    console.log(error.name + ': ' + error.message)
  }
  for (const handle of taken) closeSync(handle)
  await using server = await ChromaProcess.start(process.env.FOLDER, { clock, logger })
  console.log('started')`

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'Chroma is not started with %s free handles, and is when there are more',
  async left => {
    const folder = join(await cleanUp.folder(), 'memory')
    const { stdout, stderr, status } = spawnSync(
      'sh',
      ['-c', 'ulimit -n 80; exec "$0" --input-type=module -e "$PROGRAM"', process.execPath],
      { env: { PROGRAM, FOLDER: folder, LEFT: String(left), PATH: process.env['PATH'] }, encoding: 'utf8' },
    )
    expect([status, stderr]).toEqual([0, ''])
    const [first, second] = stdout.trim().split('\n')
    expect(first).toMatch(/^DenidinError: the Chroma server .*EMFILE|^DenidinError: .*too many|^started$/)
    expect(second).toBe('started')
  },
)
