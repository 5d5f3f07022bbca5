// What was remembered is recalled whether or not its vector can be asked.
import { afterEach, expect, test } from '@jest/globals'
import { TestDenidin } from '../support/denidin.ts'
import { failure } from '../support/model-server.ts'
import { recalledLines } from '../support/recalled-lines.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** Without the profile, which goes with every message. */
const recalled = (): string => recalledLines(denidin.lastRequest()).join('\n')

test.each([
  ['/remember my locker is number 417', 'what is my locker number?', '417'],
  ['/remember החניה שלי היא 112', 'מה מספר החניה שלי?', '112'],
])('while the embedder is down, what was remembered is recalled: %s', async (command, question, answer) => {
  denidin = await TestDenidin.start()
  denidin.models.always('embedding', failure(500))
  await denidin.say(command)
  await denidin.say(question)
  expect(recalled()).toContain(answer)
})

test('while Chroma cannot be reached, and right after a start, what was remembered is recalled', async () => {
  denidin = await TestDenidin.start({
    memory: { longterm: { chroma: { mode: 'remote', url: 'http://127.0.0.1:9' } } },
  })
  await denidin.say('/remember my locker is number 417')
  await denidin.say('what is my locker number?')
  expect(recalled()).toContain('417')
  await denidin.restart()
  await denidin.say('which number has my locker?')
  expect(recalled()).toContain('417')
  // What has nothing to do with it is not brought up.
  await denidin.say('/reset')
  await denidin.say('is it going to rain?')
  expect(recalled()).not.toContain('417')
})
