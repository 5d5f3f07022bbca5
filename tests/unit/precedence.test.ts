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

test('urgent work aborts long work without steps, runs after its end, and lets it begin again', async () => {
  const precedence = new Precedence()
  const heard: string[] = []
  let begun = 0
  const working = precedence.restartable(async stop => {
    begun++
    heard.push('begin')
    if (begun === 2) return 'done'
    await new Promise<void>((_, reject) => {
      stop.addEventListener('abort', () => {
        void yieldToEventLoop().then(() => {
          heard.push('end')
          reject(new Error('aborted'))
        })
      })
    })
    return 'never'
  })
  await yieldToEventLoop()
  await yieldToEventLoop()
  await precedence.run(async () => {
    heard.push('urgent')
    await yieldToEventLoop()
    heard.push('urgent again')
  })
  expect(await working).toBe('done')
  expect(heard).toEqual(['begin', 'end', 'urgent', 'urgent again', 'begin'])
})

test('the error of long work that nothing aborted is its own', async () => {
  const precedence = new Precedence()
  await expect(precedence.restartable(() => Promise.reject(new Error('its own')))).rejects.toThrow('its own')
})
