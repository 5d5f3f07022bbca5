/** Modules start in order, stop in reverse, and are collected from one list. */
import { expect, test } from '@jest/globals'
import type { Module } from '../../src/lifecycle/module.ts'
import { Modules } from '../../src/lifecycle/modules.ts'
import { silentLogger } from '../../src/platform/logger.ts'

const recorded = (events: string[], name: string, rest: Partial<Module> = {}): Module => ({
  name,
  start: async () => {
    events.push(`start ${name}`)
  },
  stop: async () => {
    events.push(`stop ${name}`)
  },
  ...rest,
})

test('modules start in the order of the list and stop in reverse', async () => {
  const events: string[] = []
  const modules = new Modules([recorded(events, 'a'), { name: 'passive' }, recorded(events, 'b')], silentLogger)
  await modules.start()
  await modules.stop()
  expect(events).toEqual(['start a', 'start b', 'stop b', 'stop a'])
})

test('a module that fails to stop does not keep the others open', async () => {
  const events: string[] = []
  const broken = recorded(events, 'broken', { stop: () => Promise.reject(new Error('stuck')) })
  await new Modules([recorded(events, 'a'), broken], silentLogger).stop()
  expect(events).toEqual(['stop a'])
})

test('a module that fails to start keeps the app from serving', async () => {
  const events: string[] = []
  const broken = recorded(events, 'broken', { start: () => Promise.reject(new Error('no room')) })
  await expect(new Modules([broken, recorded(events, 'a')], silentLogger).start()).rejects.toThrow('no room')
  expect(events).toEqual([])
})

test('backup sources of all modules are one list', () => {
  const source = { name: 'messages', path: '/data/denidin.db', kind: 'sqlite', content: 'truth' } as const
  const modules = new Modules([{ name: 'a' }, { name: 'b', backupSources: [source] }], silentLogger)
  expect(modules.backupSources).toEqual([source])
})
