// Urgent work and long work in one thread: who waits for whom.
import { expect, test } from '@jest/globals'
import { Precedence } from '../../src/platform/precedence.ts'
import { yieldToEventLoop } from '../../src/platform/yield.ts'

test('long work stops at its next step while urgent work runs, all of it, and then goes on', async () => {
  const precedence = new Precedence()
  const heard: string[] = []
  const long = async (): Promise<void> => {
    for (let step = 1; step <= 4; step++) {
      heard.push(`step ${String(step)}`)
      await precedence.giveWay()
    }
  }
  const urgent = async (name: string): Promise<void> => {
    for (let part = 1; part <= 3; part++) {
      heard.push(`${name} ${String(part)}`)
      await yieldToEventLoop()
    }
  }
  const running = long()
  await yieldToEventLoop()
  await Promise.all([precedence.run(() => urgent('one')), precedence.run(() => urgent('other'))])
  await running
  expect(heard.slice(0, 2)).toEqual(['step 1', 'step 2'])
  expect(heard.slice(2, 8).every(each => /^one|^other/.test(each))).toBe(true)
  expect(heard.slice(8)).toEqual(['step 3', 'step 4'])
})

test('urgent work that fails holds nothing back', async () => {
  const precedence = new Precedence()
  await expect(precedence.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await precedence.giveWay()
  expect(await precedence.run(async () => 'yes')).toBe('yes')
})
