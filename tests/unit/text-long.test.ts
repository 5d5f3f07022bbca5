// Texts of a length and shape that no one writes by hand. The times are counted by `npm run bench:growth`.
import { describe, expect, test } from '@jest/globals'
import { layOutReply } from '../../src/channels/whatsapp/format/reply-layout.ts'
import { splitReply } from '../../src/channels/whatsapp/format/split-reply.ts'
import { formattedStretches } from '../../src/channels/whatsapp/format/whatsapp-format.ts'
import { toWhatsApp } from '../support/whatsapp-text.ts'
import { normalisedContent } from '../../src/archive/archive-identity.ts'
import { keyIn } from '../../src/config/clean-text.ts'
import { chatNameOf } from '../../src/ingest/whatsapp/chat-name.ts'
import { parseHeader } from '../../src/ingest/whatsapp/header.ts'
import { contentOf } from '../../src/ingest/whatsapp/markers.ts'
import { chatMenu } from '../../src/interfaces/chat/menu.ts'
import { isQuotedFrom } from '../../src/learning/extraction/quote-verification.ts'
import { looseName, looseWords } from '../../src/messages/forgotten-words.ts'
import { isCommand } from '../../src/messages/message-kind.ts'
import type { ChatAnswer } from '../../src/models/openai/chat-answer.ts'
import { readAnswer } from '../../src/models/openai/chat-exchange.ts'
import { withoutAddresses } from '../../src/platform/health.ts'
import { phoneDigits } from '../../src/platform/phone.ts'
import { suggest } from '../../src/platform/suggest.ts'
import { splitSentences } from '../../src/text/split-sentences.ts'
import { stem } from '../../src/text/stem.ts'
import { inCompatibilityForm } from '../../src/text/fold.ts'
import { tokenise } from '../../src/text/tokenise.ts'
import { SHAPES } from '../bench/growth/shapes.ts'

test.each(['ו', 'ה', 'שה', 'וה', 'הת', 'בכל', 'משה', 'ות', 'ים'])('a row of %j is stemmed without recursion', unit => {
  const word = unit.repeat(30_000)
  expect(stem(word)).toBe(word)
  expect(tokenise(`${word} שלום`)).toHaveLength(2)
})

test('ה" a thousand times is one word', () => {
  expect(tokenise('ה"'.repeat(1000)).map(stem)).toHaveLength(1)
})

test('joined letters are still taken off, one after the other', () => {
  expect(stem('והבית')).toBe('בית')
  expect(stem('ושהבית')).toBe(stem('הבית'))
})

test('a row of marks is cut, the letter and what comes after it stay', () => {
  expect(inCompatibilityForm(`a${'\u0316\u0300'.repeat(50_000)}b`).length).toBeLessThan(40)
  expect(inCompatibilityForm('é')).toBe('é')
  expect(tokenise(`cafe\u0301 ${'\u0315\u0300'.repeat(1000)} x`)).toContain('cafe')
})

test('the name of a chat in the name of a file has no more marks than any name', () => {
  expect(chatNameOf(`WhatsApp Chat with Zoe\u0308.txt`)).toBe('Zoë')
  expect(chatNameOf(`WhatsApp Chat with a${'\u0316\u0300'.repeat(30_000)}.txt`)?.length).toBeLessThan(1100)
})

test('signs that stand for many letters are read in short texts and left alone in long ones', () => {
  expect(inCompatibilityForm('ﬁve')).toBe('five')
  expect(inCompatibilityForm('ﷺ'.repeat(50_000))).toHaveLength(50_000)
})

describe('sentences', () => {
  test('abbreviations in a row are one sentence', () => {
    expect(splitSentences('Dr. '.repeat(500))).toHaveLength(1)
  })

  test('every line ends a sentence, bullets are not words, an abbreviation does not reach over lines', () => {
    expect(splitSentences('- I met Dr.\n2) Dana. She is well.\n\n  • x\nAsk Mr. Levi. Now')).toEqual([
      'I met Dr.',
      'Dana.',
      'She is well.',
      'x',
      'Ask Mr. Levi.',
      'Now',
    ])
  })
})

test('a quote is found in a message that is normalised once', () => {
  const message = { text: `“I moved to Haifa” ${'x '.repeat(30_000)}` }
  expect(isQuotedFrom(message, 'i moved to  haifa')).toBe(true)
  expect(isQuotedFrom(message, 'I moved to Oslo')).toBe(false)
  expect(isQuotedFrom({ text: 'a'.repeat(65_536) }, 'a'.repeat(2000))).toBe(true)
  expect(isQuotedFrom({ text: `${'"'.repeat(10_000)}Rex` }, `${'"'.repeat(1000)}Rex`)).toBe(true)
})

test('what is far too long is not a number and no misspelt name', () => {
  expect(phoneDigits(`+972 50 123 4567${' '.repeat(65_536)}`)).toBeUndefined()
  expect(suggest('x'.repeat(65_536), ['/help'])).toBeUndefined()
})

/** Rows between two words: what looks for them at the end of a text would try from each of their places. */
const ROWS = ['…', '\t', '\ufe0f', '!', '"', '\u200f', '1', '.', '😀', ' please '].map(
  unit => `x${unit.repeat(65_536 / unit.length)}x`,
)
/** Marks in an order that sorting reverses. */
const MARKED = `a${'\u0300'.repeat(32_768)}${'\u0316'.repeat(32_768)}`

const answered = (content: string): ChatAnswer => ({
  content,
  refusal: '',
  answered: true,
  reasoned: false,
  reasoning: '',
  called_tool: false,
  ending: 'length',
  usage: {},
  error: undefined,
})

test.each<[string, (text: string) => unknown]>([
  ...Object.entries(chatMenu).map(([name, command]): [string, (text: string) => unknown] => [
    name,
    text => command.parse(text),
  ]),
  ['/forget in a reply', text => chatMenu['/forget'].parseReply?.(text, undefined)],
  ['a command', text => isCommand(`/${text}`)],
  ['words to forget', looseWords],
  ['a name to forget', looseName],
  ['the identity of an archived message', normalisedContent],
  ['a message of an export', text => contentOf(text, false)],
  ['a line of an export', text => parseHeader(text.slice(1))],
  ['a value of the configuration', keyIn],
  ['the reason of a failure', withoutAddresses],
  ['an answer that is too long', text => readAnswer(answered(text + text), { max_tokens: 5000 }, 'host')],
])('a row of anything within a text is read in a moment: %s', (_what, read) => {
  for (const text of [...ROWS, MARKED]) {
    const began = process.threadCpuUsage()
    read(text)
    const { user, system } = process.threadCpuUsage(began)
    expect([JSON.stringify(text.slice(0, 9)), user + system < 500_000]).toEqual([expect.anything(), true])
  }
})

describe('a long reply', () => {
  const words = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '')

  test('is formatted as a short one is, wherever it is cut', () => {
    const paragraph = 'Some **bold** words, and *others* in a [link](https://example.com/a).'
    const long = Array.from({ length: 300 }, (_, n) => `## Part ${String(n)}\n\n${paragraph}\n\n- one\n  - two\n`).join(
      '\n',
    )
    const expected = Array.from({ length: 300 }, (_, n) =>
      toWhatsApp(`## Part ${String(n)}\n\n${paragraph}\n\n- one\n  - two\n`),
    )
    expect(long.length).toBeGreaterThan(25_000)
    expect([...formattedStretches(long)].length).toBeGreaterThan(5)
    expect(toWhatsApp(long)).toBe(expected.join('\n'))
  })

  test('has fences around every part of a long block of code, and all its lines', () => {
    const code = Array.from({ length: 3000 }, (_, n) => `line ${String(n)} *x* _y_`)
    const shown = toWhatsApp(`Look:\n\n\`\`\`ts\n${code.join('\n')}\n\`\`\`\n\nDone **now**.`)
    expect(shown.split('\n').filter(line => line.startsWith('line '))).toEqual(code)
    expect(shown.split('```').length % 2).toBe(1)
    expect(shown.endsWith('Done *now*.')).toBe(true)
  })

  test('of one line is cut between words, not inside a character', () => {
    expect([...formattedStretches(`${'word '.repeat(2000)}end`)].join('')).toBe(`${'word '.repeat(2000)}end`)
    expect([...formattedStretches('😀'.repeat(10_001))].every(each => each.isWellFormed())).toBe(true)
  })

  test('that is all marks is sent as it is', () => {
    for (const text of ['*['.repeat(5000), '_a_ '.repeat(5000), `${'> '.repeat(4000)}a`, '1. '.repeat(4000).trim()]) {
      expect(toWhatsApp(text)).toBe(text)
    }
  })

  test.each(SHAPES.map(each => each.name))(
    'of the shape %s has parts of at most 4,000 characters and all its words',
    async name => {
      const text = SHAPES.find(each => each.name === name)?.text(20_000) ?? ''
      const parts = await layOutReply(text)
      expect(parts.every(part => part.length <= 4000)).toBe(true)
      expect(splitReply(text).every(part => part.length <= 4000)).toBe(true)
      const plain = (said: string): string => words(said.replace(/&\w+;|<br>|<[^>]*>/g, ''))
      if (!/[<&[(\\]|http|www|@|`|~|\||=|\d\.|1\)/.test(text))
        expect(plain(parts.join('')).length).toBe(plain(text).length)
    },
  )
})
