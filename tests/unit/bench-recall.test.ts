// How bench:recall reads a data set, and that a question asked inside a talk finds only what was said before it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { readLocomo } from '../bench/recall/locomo.ts'
import { measureInside } from '../bench/recall/measure.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'

const cleanup = cleanUpAfterEach()

const said = (dia_id: string, speaker: string, text: string) => ({ dia_id, speaker, text })

/** A talk with the bot in three sessions. */
const TALK = {
  sample_id: 'talk',
  conversation: {
    session_1_date_time: '9:00 am on 2 January, 2025',
    session_1: [
      said('D1:1', 'User', 'My boat is called Albatross and lies in Haifa.'),
      said('D1:2', 'Assistant', 'A fine name for a boat.'),
      said('D1:3', 'User', 'My sister paints landscapes.'),
    ],
    session_2_date_time: '9:00 am on 3 January, 2025',
    session_2: [said('D2:1', 'User', 'The kitchen needs new tiles.'), said('D2:2', 'User', 'What is my boat called?')],
    session_3_date_time: '9:00 am on 4 January, 2025',
    session_3: [said('D3:1', 'User', 'I renamed the boat, it is called Pelican now.')],
  },
  qa: [
    { question: 'What is my boat called?', evidence: ['D1:1'], category: 1, asked_at: 'D2:2' },
    { question: 'What is my boat called now?', evidence: ['D3:1'], category: 2, asked_at: 'D2:2' },
    { question: 'What does my sister paint?', evidence: ['D1:3'], category: 3 },
  ],
}

const read = async (talk: object) => {
  const path = join(await cleanup.folder(), 'data.json')
  writeFileSync(path, JSON.stringify([talk]))
  return readLocomo(path)
}

test('turns of the assistant are the bot’s, and the user asks', async () => {
  const [talk] = await read(TALK)
  expect(talk?.asker).toBe('User')
  expect(talk?.turns.filter(turn => turn.role === 'assistant').map(turn => turn.id)).toEqual(['D1:2'])
  expect(talk?.questions.map(question => question.asked_at)).toEqual(['D2:2', 'D2:2', undefined])
})

test('a file may name who asks, and mark turns of the bot', async () => {
  const conversation = {
    session_1_date_time: '9:00 am on 2 January, 2025',
    session_1: [said('D1:1', 'Ann', 'Hello'), { ...said('D1:2', 'DeniDin', 'Hello Ann'), role: 'assistant' }],
  }
  const [talk] = await read({ sample_id: 'named', asker: 'Ann', conversation, qa: [] })
  expect(talk?.asker).toBe('Ann')
  expect(talk?.turns.map(turn => turn.role)).toEqual([undefined, 'assistant'])
})

test('a question finds what was said before it, and nothing that was said later', async () => {
  const { recall } = await measureInside(await read(TALK))
  expect(recall['1']).toMatchObject({ questions: 1, '@5': 100, 'sessions @5': 100 })
  expect(recall['2']).toMatchObject({ questions: 1, '@20': 0, 'sessions @20': 0 })
  expect(recall['3']).toMatchObject({ questions: 1, '@5': 100 })
})
