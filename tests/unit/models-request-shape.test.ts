import { describe, expect, test } from '@jest/globals'
import { blockMessage, type ModelMessage } from '../../src/models/language-model.ts'
import { random, type Random } from '../support/random-text.ts'
import { EARLIER, GO_ON, shapeMessages } from '../../src/models/request-shape.ts'

const system = (content: string): ModelMessage => ({ role: 'system', content })
const user = (content: string): ModelMessage => ({ role: 'user', content })
const assistant = (content: string): ModelMessage => ({ role: 'assistant', content })

test('all system messages become one, and neighbours of one role become one message', () => {
  const shaped = shapeMessages([
    system('You are DeniDin.'),
    blockMessage('system', 'Known:', [{ text: '- tea', ids: ['m1'] }]),
    user('hello'),
    user('are you there?'),
    assistant('Yes.'),
    user('good'),
  ])
  expect(shaped).toEqual([
    { role: 'system', content: 'You are DeniDin.\n\nKnown:\n- tea' },
    { role: 'user', content: 'hello\nare you there?' },
    { role: 'assistant', content: 'Yes.' },
    { role: 'user', content: 'good' },
  ])
})

test('a conversation begins and ends with the user', () => {
  expect(shapeMessages([system('s'), assistant('I am here.')])).toEqual([
    { role: 'system', content: 's' },
    { role: 'user', content: EARLIER },
    { role: 'assistant', content: 'I am here.' },
    { role: 'user', content: GO_ON },
  ])
  expect(shapeMessages([system('s')]).map(({ role }) => role)).toEqual(['system', 'user'])
})

test('without a role for it, the system message opens the first message of the user', () => {
  expect(shapeMessages([system('s'), user('u'), assistant('a'), user('v')], true)).toEqual([
    { role: 'user', content: 's\n\nu' },
    { role: 'assistant', content: 'a' },
    { role: 'user', content: 'v' },
  ])
})

const ROLES = ['system', 'user', 'assistant'] as const
const TEXTS = ['', ' ', '\n', '\ud800', '\udc00b', '\u0000', 'x', 'שלום', '👨‍👩‍👧', 'a\u0007b', '  y  ']

const someMessages = ({ below, pick }: Random): readonly ModelMessage[] =>
  Array.from({ length: below(9) }, () => ({ role: pick(ROLES), content: pick(TEXTS) + pick(TEXTS) }))

describe('whatever is asked', () => {
  test.each([false, true])('the request has one form (system message folded: %s)', folded => {
    for (let seed = 0; seed < 2000; seed++) {
      const shaped = shapeMessages(someMessages(random(seed)), folded)
      const talk = shaped.filter(({ role }) => role !== 'system')
      const systems = shaped.length - talk.length
      expect(systems).toBeLessThanOrEqual(folded ? 0 : 1)
      if (systems === 1) expect(shaped[0]?.role).toBe('system')
      expect(talk[0]?.role).toBe('user')
      expect(talk.at(-1)?.role).toBe('user')
      expect(talk.every(({ role }, at) => role !== talk[at - 1]?.role)).toBe(true)
      for (const { content } of shaped) {
        expect(content.isWellFormed()).toBe(true)
        expect(content.trim()).not.toBe('')
        expect(content).not.toContain('\u0000')
      }
    }
  })

  test('no word is lost', () => {
    for (let seed = 0; seed < 500; seed++) {
      const messages = someMessages(random(seed))
      const count = (of: readonly { content: string }[]): number =>
        of
          .map(({ content }) => content)
          .join('')
          .split('x').length
      expect(count(shapeMessages(messages))).toBe(count(messages))
    }
  })
})
