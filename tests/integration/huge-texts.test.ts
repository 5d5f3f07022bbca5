/** What is stored can always be loaded: texts of many megabytes, from a time without bounds, kill neither start nor turn. */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from '@jest/globals'
import { TestDenidin } from '../support/denidin.ts'
import { reply } from '../support/model-server.ts'

/** Characters of the text: what a model without bounds once answered. */
const HUGE = 25_000_000

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

test.each([
  ['words', 'words and '],
  ['Hebrew', 'ושלום '],
])('a stored answer of 25 MB is loaded, and the conversation goes on: %s', async (_, part) => {
  denidin = await TestDenidin.start()
  await denidin.say('Hello')
  await denidin.close()
  using database = new DatabaseSync(denidin.data('denidin.db'))
  const huge = part.repeat(HUGE / part.length)
  const { changes } = database.prepare(`UPDATE messages SET text = ? WHERE role = 'assistant'`).run(huge)
  expect(Number(changes)).toBe(1)
  database.close()
  const [file = ''] = globSync(denidin.data('sessions', '*', 'session.json'))
  const window = readFileSync(file, 'utf8')
  expect(window).toContain('You said: Hello')
  writeFileSync(file, window.replace('You said: Hello', huge))
  await denidin.open()
  denidin.models.always('completion', reply('I am still here.'))
  await expect(denidin.say('Are you there?')).resolves.toBe('I am still here.')
  await denidin.app.messageVectors.whenIdle()
  await denidin.say('/reset')
  await denidin.restart()
  await expect(denidin.say('And now?')).resolves.toBe('I am still here.')
  expect(denidin.models.of('completion').every(each => JSON.stringify(each.body).length < 1_000_000)).toBe(true)
})

test('an unanswered message of 25 MB is answered after a start, at its beginning', async () => {
  denidin = await TestDenidin.start()
  await denidin.close()
  await denidin.leaveUnanswered('hello there')
  using database = new DatabaseSync(denidin.data('denidin.db'))
  const huge = 'words and '.repeat(HUGE / 10)
  const { changes } = database.prepare(`UPDATE messages SET text = ? WHERE text = 'hello there'`).run(huge)
  expect(Number(changes)).toBe(1)
  database.close()
  denidin.models.always('completion', reply('I am still here.'))
  await denidin.open()
  await expect(denidin.say('Are you there?')).resolves.toContain('I am still here.')
  expect(denidin.models.of('completion').every(each => JSON.stringify(each.body).length < 1_000_000)).toBe(true)
})
