import { describe, expect, test } from '@jest/globals'
import { layOutReply } from '../../src/channels/whatsapp/format/reply-layout.ts'
import { splitReply } from '../../src/channels/whatsapp/format/split-reply.ts'
import { toWhatsApp } from '../support/whatsapp-text.ts'
import { random, wildMarkdown } from '../support/random-text.ts'

const lines = (...each: readonly string[]): string => each.join('\n')
const repeated = (text: string, count: number): string => Array.from({ length: count }, () => text).join('')

describe('where a reply is cut', () => {
  test('a short reply is one part, empty lines around it aside', () => {
    expect(splitReply('\n\n  a\n\nb\n', 40)).toEqual(['  a\n\nb'])
    expect(splitReply('', 40)).toEqual([])
  })

  test('between paragraphs first', () => {
    expect(splitReply('One two three.\n\nFour five.\n\nSix seven eight.', 30)).toEqual([
      'One two three.\n\nFour five.',
      'Six seven eight.',
    ])
  })

  test('then between sentences, also Hebrew ones', () => {
    expect(splitReply('First one is here. The second is here! Third?', 30)).toEqual([
      'First one is here.',
      'The second is here! Third?',
    ])
    expect(splitReply('אני גר בחיפה. אתה גר בעכו. כן.', 16)).toEqual(['אני גר בחיפה.', 'אתה גר בעכו. כן.'])
  })

  test('then between words', () => {
    expect(splitReply('one two three four', 9)).toEqual(['one two', 'three', 'four'])
  })

  test('never inside what is seen as one character', () => {
    const family = '👨‍👩‍👧‍👦'
    const parts = splitReply(repeated(family, 5), 2 * family.length + 3)
    expect(parts).toEqual([repeated(family, 2), repeated(family, 2), family])
    expect(splitReply(repeated('e\u0301', 5), 3)).toEqual(Array.from({ length: 5 }, () => 'e\u0301'))
    expect(splitReply('😀😀😀', 3)).toEqual(['😀', '😀', '😀'])
  })

  test('a list stays together where it fits, and is cut between items where it does not', () => {
    const list = lines('• one', '  ◦ deep', '• two')
    expect(splitReply(`Some words before it.\n\n${list}`, 30)).toEqual(['Some words before it.', list])
    expect(splitReply(lines('1. one two', '  more of it', '2. three'), 25)).toEqual([
      '1. one two\n  more of it',
      '2. three',
    ])
  })

  test('what announces something goes with it', () => {
    expect(splitReply('Some words of a kind.\n\n*Heading*\n\nIts own text.', 30)).toEqual([
      'Some words of a kind.',
      '*Heading*\n\nIts own text.',
    ])
    expect(splitReply('Some words of a kind.\n\nThe list:\n\n• a\n• b', 30)).toEqual([
      'Some words of a kind.',
      'The list:\n\n• a\n• b',
    ])
  })

  test('code stays whole where it fits', () => {
    const code = lines('```', 'one', '', '  two', '```')
    expect(splitReply(`Some words.\n${code}\nand more words`, 26)).toEqual(['Some words.', code, 'and more words'])
  })

  test('code that does not fit has its fences in every part, and keeps its indentation', () => {
    const code = lines('```', 'if (a) {', '  b()', '  c()', '}', '```')
    expect(splitReply(`See:\n\n${code}\n\nDone.`, 24)).toEqual([
      'See:',
      lines('```', 'if (a) {', '  b()', '```'),
      lines('```', '  c()', '}', '```', '', 'Done.'),
    ])
    expect(splitReply(lines('```', 'x'.repeat(25), '```'), 18)).toEqual([
      lines('```', 'x'.repeat(10), '```'),
      lines('```', 'x'.repeat(10), '```'),
      lines('```', 'x'.repeat(5), '```'),
    ])
  })
})

test('whatever the text and the limit: no part too long, no word lost or moved, no character torn, no code left open', () => {
  for (let seed = 1; seed <= 1500; seed++) {
    const text = toWhatsApp(wildMarkdown(seed))
    const most = 20 + random(seed).below(80)
    const parts = splitReply(text, most)
    const said = (given: string): string => given.replace(/`/g, '').replace(/\s/g, '')
    expect({ seed, said: said(parts.join('\n')) }).toEqual({ seed, said: said(text) })
    expect({ seed, long: parts.filter(part => part.length > most || part.trim() === '') }).toEqual({ seed, long: [] })
    expect({ seed, torn: parts.filter(part => !part.isWellFormed()) }).toEqual({ seed, torn: [] })
    const fences = (part: string): number => part.split('\n').filter(line => line.trimEnd() === '```').length
    // Backticks that stand for themselves, inside a line, are not a fence.
    if (fences(text) % 2 === 0 && fences(text) === text.split('```').length - 1) {
      expect({ seed, open: parts.filter(part => fences(part) % 2 === 1) }).toEqual({ seed, open: [] })
    }
  }
})

describe('a reply as a phone shows it', () => {
  test('a short one is formatted, in one part, each line in its direction', async () => {
    expect(await layOutReply('**iPhone** הוא טלפון')).toEqual(['*\u200fiPhone* הוא טלפון'])
  })

  test('a long one has parts of at most 4,000 characters, directional marks included', async () => {
    const markdown = Array.from({ length: 2000 }, (_, n) => `${String(n)}. iPhone (ט)`).join('\n')
    const parts = await layOutReply(markdown)
    expect(parts.length).toBeGreaterThan(5)
    expect(Math.max(...parts.map(part => part.length))).toBeLessThanOrEqual(4000)
    expect(parts.join('\n').match(/\d+\./g)).toEqual(Array.from({ length: 2000 }, (_, n) => `${String(n)}.`))
  })

  test('an empty one is one empty part', async () => {
    expect(await layOutReply('')).toEqual([''])
  })
})
