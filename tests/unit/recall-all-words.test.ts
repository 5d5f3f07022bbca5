// The search by all words, as `/memory <words>` asks it: over the full-text index, newest first.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { ownSearchScope } from '../../src/retrieval/scope-policy.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { RecallRig } from '../support/recall-rig.ts'

const ANA: Scope = 'person:ana'
const BEN: Scope = 'person:ben'
const GROUP: Scope = 'chat:1@g.us'

let rig: RecallRig

beforeEach(() => {
  rig = new RecallRig()
})

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

test('a message is found by all of the words that were asked for, in whatever form, newest first', async () => {
  await rig.talk(ANA, 0, [
    'Ana: My CARS are red, and fast!',
    'Ana: a red car',
    'Ana: a red bus',
    'Ana: הספר שלי על מדף',
    'Ana: an answer',
  ])
  rig.database.run(`update messages set role = 'assistant' where text = 'an answer'`)
  expect(await rig.findAllWords(ANA, 'red car')).toEqual(['m2', 'm1'])
  expect(await rig.findAllWords(ANA, 'Cars')).toEqual(['m2', 'm1'])
  expect(await rig.findAllWords(ANA, 'red car', 1)).toEqual(['m2'])
  expect(await rig.findAllWords(ANA, 'ספרים')).toEqual(['m4'])
  expect(await rig.findAllWords(ANA, 'red car blue')).toEqual([])
  expect(await rig.findAllWords(ANA, 'answer')).toEqual([])
})

test('every word has to be there, those that carry no subject too', async () => {
  await rig.talk(ANA, 0, ['Ana: the car is mine', 'Ana: that car is hers'])
  expect(await rig.findAllWords(ANA, 'that car')).toEqual(['m2'])
  expect(await rig.findAllWords(ANA, 'the car is')).toEqual(['m1'])
})

test('without words nothing is found, and signs of the query language are none', async () => {
  await rig.talk(ANA, 0, ['Ana: a red car'])
  for (const words of ['', '   ', '?!', '%', '*', '"', "' or 1=1 --", 'the']) {
    expect(await rig.findAllWords(ANA, words)).toEqual([])
  }
})

test('what is not to be found is not found: commands, and what its person did not want learned', async () => {
  await rig.talk(ANA, 0, ['Ana: /memory car', 'Ana: my secret car', 'Ana: a red car'])
  rig.database.run(`update messages set learning_opt_out = 1 where text = 'my secret car'`)
  expect(await rig.findAllWords(ANA, 'car')).toEqual(['m3'])
})

test('a search covers its own scope, of groups what its speaker said there, and extra scopes', async () => {
  await rig.talk(ANA, 0, ['Ana: a red car'])
  await rig.talk(GROUP, 1, ['Ana: a red car', 'Ben: a red car'])
  await rig.talk(BEN, 3, ['Ben: a red car'])
  // Somebody who was merged once: their words in a conversation that is not theirs.
  await rig.talk(BEN, 4, ['Ana: a red car'])
  expect(await rig.findAllWords(ANA, 'car')).toEqual(['m1'])
  expect(await rig.findAllWords(ownSearchScope(ANA), 'car')).toEqual(['m2', 'm1'])
  expect(await rig.findAllWords(ownSearchScope(GROUP), 'car')).toEqual(['m3', 'm2'])
  expect(await rig.findAllWords({ scope: ANA, extra_scopes: [BEN] }, 'car')).toEqual(['m5', 'm4', 'm1'])
  expect(await rig.findAllWords({ scope: 'person:nobody', speaker: '' }, 'car')).toEqual([])
})

test('nothing of one scope is found in another, however scopes are spelt', async () => {
  for (const [n, scope] of hostileScopes.entries()) await rig.talk(scope, n, ['One: a red car'])
  for (const [n, scope] of hostileScopes.entries()) {
    expect(await rig.findAllWords(scope, 'car', 100)).toEqual([`m${String(n + 1)}`])
  }
})

test('what was said long ago is found behind much else', async () => {
  await rig.talk(ANA, 0, ['Ana: the name of the boat is Quetzal'])
  await rig.talk(
    ANA,
    1,
    Array.from({ length: 1100 }, (_, n) => `Ana: chatter ${String(n)} of a boat`),
  )
  await rig.indexer.whenIdle()
  rig.indexer.requestSync()
  await rig.indexer.whenIdle()
  expect(await rig.findAllWords(ANA, 'quetzal boat')).toEqual(['m1'])
  expect((await rig.findAllWords(ANA, 'of boat', 3)).at(0)).toBe('m1101')
})
