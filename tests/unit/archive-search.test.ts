import { describe, expect, test } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import type { SourceMessage } from '../../src/archive/archive-message.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { yieldToEventLoop } from '../../src/platform/yield.ts'
import { rarity } from '../../src/text/rarity.ts'
import { wordsOf } from '../../src/text/analyser/analyser.ts'
import { archiveCorpus } from '../support/archive-corpus.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { archived, ArchiveRig } from '../support/archive-rig.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'

const cleanup = cleanUpAfterEach()
const rigOf = async (messages: Iterable<SourceMessage> = []): Promise<ArchiveRig> => {
  const rig = cleanup.keep(new ArchiveRig(await cleanup.folder()))
  await rig.add(messages)
  return rig
}
const rig = (...texts: readonly string[]): Promise<ArchiveRig> =>
  rigOf(texts.map((content, at) => archived(content, { at: Date.UTC(2026, 0, 1 + at) })))

/** BM25 of every message by its words alone, best first, the newer one of equals: what the index must find. */
const exhaustive = (
  documents: readonly (readonly string[])[],
  query: readonly string[],
  all: boolean,
): readonly number[] => {
  const average = documents.reduce((sum, words) => sum + words.length, 0) / documents.length
  const stems = query.map(each => wordsOf(each)[0]?.main ?? '')
  const found = stems.map(stem => documents.filter(words => words.includes(stem)).length)
  return documents
    .map((words, at) => {
      const counts = stems.map(stem => words.filter(each => each === stem).length)
      if (all && counts.includes(0)) return { at, score: 0 }
      const score = counts.reduce((sum, count, word) => {
        const norm = 1.2 * (0.25 + (0.75 * words.length) / average)
        return (
          sum + (count === 0 ? 0 : (rarity(found[word] ?? 0, documents.length, 0, 0) * 2.2 * count) / (count + norm))
        )
      }, 0)
      return { at, score }
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => (Math.abs(a.score - b.score) > 1e-9 ? b.score - a.score : b.at - a.at))
    .slice(0, 10)
    .map(({ at }) => at + 1)
}

test('an index that is begun anew while its columns are read is searched as the new one', async () => {
  const archive = await rig('red boat', 'green boat')
  await archive.add([archived('blue boat')])
  await archive.reopen()
  const asked = archive.ask('boat', { facets: true })
  archive.search.rebuild()
  expect((await asked).messages).toEqual([])
  await archive.search.indexer.sync()
  expect(await archive.ask('boat', { facets: true })).toMatchObject({ facets: { messages: 3 }, notes: { waiting: 0 } })
})

test('filters find every message after the index was opened again, wherever a step of reading ends', async () => {
  // Each is the only one of its project, and alone in its stripe of 1,024 messages: what a step leaves out is skipped.
  const odd = [1, 4096, 8192, 12_288]
  const projectOf = (number: number): string => (odd.includes(number) ? `/code/odd-${String(number)}` : '/code/even')
  const archive = await rigOf(
    Array.from({ length: 12_288 }, (_, at) => archived(`boat ${String(at + 1)}`, { project: projectOf(at + 1) })),
  )
  await archive.reopen()
  for (const number of odd) {
    const { messages } = await archive.ask('boat', { filters: { project: projectOf(number) } })
    expect(messages.map(({ seq }) => seq)).toEqual([number])
  }
})

describe('the best ten', () => {
  test('are those of exhaustive BM25, whatever is skipped', async () => {
    const corpus = archiveCorpus(1500)
    const messages = [...corpus.messages()]
    const archive = await rigOf(messages)
    const texts = messages.map(({ content }) => wordsOf(content).map(({ main }) => main))
    const random = randomNumbers(3)
    // Words without a subject are looked for alone, not beside others.
    const telling = (): string => {
      for (;;) {
        const word = (random() < 0.5 ? corpus.english : corpus.hebrew).pick()
        if (wordsOf(word)[0]?.stop === false) return word
      }
    }
    const queries = Array.from({ length: 40 }, () => Array.from({ length: 1 + Math.floor(random() * 3) }, telling))
    for (const query of [['the'], ...queries]) {
      const [first = ''] = query
      const any = await archive.ask(query.join(' OR '))
      expect([query, any.messages.map(({ seq }) => seq)]).toEqual([query, exhaustive(texts, query, false)])
      if (query.length === 1) continue
      const both = `${first} AND ${query.slice(1).join(' AND ')}`
      expect([both, (await archive.ask(both)).messages.map(({ seq }) => seq)]).toEqual([
        both,
        exhaustive(texts, query, true),
      ])
    }
  })

  test('are the newest of equals', async () => {
    const archive = await rig('tea', 'tea', 'tea')
    expect((await archive.ask('tea')).messages.map(({ seq }) => seq)).toEqual([3, 2, 1])
  })
})

describe('the language of queries', () => {
  const texts = [
    'The quick brown fox jumps over the lazy dog',
    'A brown dog sleeps',
    'The fox was quick, and brown as a nut',
    'Configuration of the server failed',
    'We received 1,500 euros',
    'Call Dana at 050-123-4567 tomorrow',
    'נפגשנו עם דנה בבית הקפה',
    'Crème brûlée for dessert',
    'السَّلامُ عليكم',
    'To be or not to be',
  ]
  test.each([
    ['all words by default', 'brown dog', [1, 0]],
    ['any word where none has all', 'nut dessert', [2, 7]],
    ['AND does not relax', 'nut AND dessert', []],
    ['a phrase', '"brown fox"', [0]],
    ['a phrase of common words', '"to be"', [9]],
    ['a phrase with a word without a subject', '"the lazy dog"', [0]],
    ['a phrase that occurs in another order only', '"dog lazy"', []],
    ['a beginning', 'configur*', [3]],
    ['a beginning longer than the stem', 'configurati*', [3]],
    ['a beginning of another form of the word', 'configurable*', []],
    ['OR', 'dessert OR nut', [2, 7]],
    ['NOT', 'brown NOT fox', [1]],
    ['a minus', 'brown -fox', [1]],
    ['a minus before a phrase', 'brown -"brown fox"', [1, 2]],
    ['parentheses', '(dessert OR nut) AND brown', [2]],
    ['parentheses in another order', 'brown (nut OR sleeps)', [1, 2]],
    ['OR of phrases', '"brown fox" OR "brown dog"', [0, 1]],
    ['a misspelt word', 'recieved', [4]],
    ['a misspelt Hebrew word', 'configuretion', [3]],
    ['stems', 'configurations', [3]],
    ['Hebrew letters that are joined', 'בית', [6]],
    ['a number without its sign', '1500', [4]],
    ['a telephone number without signs', '0501234567', [5]],
    ['a telephone number with blanks', '050 123 4567', [5]],
    ['an international telephone number', '+972501234567', [5]],
    ['accents', 'creme brulee', [7]],
    ['Arabic vowel signs', 'السلام', [8]],
    ['capitals', 'DANA', [5]],
    ['a parenthesis that is not closed', '(brown nut', [2]],
    ['a quotation mark that is not closed', '"brown nut', [2]],
    ['an operator without an operand', 'nut AND', [2]],
    ['operators alone beside words', 'OR nut', [2]],
  ] as const)('%s: %s', async (_, query, expected) => {
    const archive = await rig(...texts)
    const found = await archive.ask(query)
    expect(found.messages.map(({ seq }) => seq - 1).sort((a, b) => a - b)).toEqual([...expected].sort((a, b) => a - b))
  })

  test('says what it made of a query', async () => {
    const archive = await rig(...texts)
    expect((await archive.ask('(brown')).notes).toMatchObject({ as_plain_words: true, any_word: false })
    expect((await archive.ask('nut dessert')).notes).toMatchObject({ any_word: true })
    expect((await archive.ask('recieved')).notes.corrected).toEqual([{ written: 'recieved', meant: 'received' }])
    expect((await archive.ask('brown')).notes).toEqual({
      as_plain_words: false,
      no_words: false,
      ignored_star: false,
      any_word: false,
      corrected: [],
      waiting: 0,
    })
  })

  test('finds nothing in signs without letters but the newest messages', async () => {
    const archive = await rig('one', 'two')
    expect(await archive.texts('()')).toEqual(['two', 'one'])
    expect(await archive.texts('-nothing')).toEqual(['two', 'one'])
  })
})

describe('filters and sorting', () => {
  const at = (day: number): number => Date.UTC(2026, 0, day)
  const messages = [
    archived('build failed', { at: at(1), project: '/code/a', session: 's-1', component: 'LSP', level: 'ERROR' }),
    archived('build passed', { at: at(3), project: '/code/b', session: 's-2', component: 'Hooks', level: 'INFO' }),
    archived('build again', {
      at: at(2),
      project: '/code/a',
      session: 's-2',
      sender_name: 'Dana Levi',
      role: 'assistant',
    }),
    archived('nothing here'),
  ]
  test.each([
    [{ project: '/code/a' }, ['build again', 'build failed']],
    [{ project: 'a' }, ['build again', 'build failed']],
    [{ project: 'none' }, []],
    [{ session: 's-2' }, ['build passed', 'build again']],
    [{ session: 's-' }, ['build passed', 'build again', 'build failed']],
    [{ component: 'lsp' }, ['build failed']],
    [{ level: 'ERROR' }, ['build failed']],
    [{ role: 'assistant' }, ['build again']],
    [{ person: { name: 'dana' } }, ['build again']],
    [{ chat: 'none' }, []],
    [{ since: at(2) }, ['build passed', 'build again']],
    [{ since: at(2), until: at(3) }, ['build again']],
    [{ project: '/code/a', role: 'user' }, ['build failed']],
  ] as const)('%j', async (filters, expected) => {
    const archive = await rigOf(messages)
    expect(await archive.texts('build', { filters, sort: 'newest' })).toEqual(expected)
    expect(new Set(await archive.texts('build', { filters }))).toEqual(new Set(expected))
  })

  test('shows the messages of the scopes that the caller may see, and no others', async () => {
    const archive = await rigOf(messages)
    archive.archive.run(`update archive_messages set scope = 'person:p1', person_id = 'p1' where seq = 1`)
    archive.archive.run(`update archive_messages set scope = 'person:p2', person_id = 'p2' where seq = 2`)
    await archive.search.indexer.sync()
    expect(await archive.texts('build', { access: { scopes: ['person:p1'] } })).toEqual(['build failed'])
    expect(await archive.texts('build', { access: { scopes: ['person:nobody'] } })).toEqual([])
    expect(await archive.texts('build', { access: { scopes: [] } })).toEqual([])
    expect(await archive.texts(undefined, { access: { scopes: ['person:p2'] } })).toEqual(['build passed'])
  })

  test('tells no words of other scopes: neither as corrections nor in the cursor', async () => {
    const archive = await rigOf([
      archived('planting pomelos in Zanzibar'),
      archived('planting again'),
      archived('plantain or pomegranate'),
      archived('pomegranate juice'),
    ])
    archive.archive.run(`update archive_messages set scope = iif(seq < 3, 'person:p1', 'person:p2')`)
    await archive.search.indexer.sync()
    const ask = (query: string, scope: Scope, limit = 10) => archive.ask(query, { access: { scopes: [scope] }, limit })
    const meant = async (query: string, scope: Scope) =>
      (await ask(query, scope)).notes.corrected.map(each => each.meant)
    expect(await meant('zanziber', 'person:p1')).toEqual(['zanzibar'])
    expect(await meant('zanziber', 'person:p2')).toEqual([])
    expect(await meant('plantin', 'person:p1')).toEqual(['planting'])
    expect(await meant('plantin', 'person:p2')).toEqual(['plantain'])
    const { messages, next = '' } = await ask('pome*', 'person:p2', 1)
    expect(messages.map(({ seq }) => seq)).toEqual([4])
    expect(Buffer.from(next, 'base64url').toString()).toContain('pomegranate')
    expect(Buffer.from(next, 'base64url').toString()).not.toContain('pomelo')
  })

  test('counts what matches by project, component, level and month', async () => {
    const archive = await rigOf(messages)
    expect((await archive.ask('build', { facets: true })).facets).toEqual({
      messages: 3,
      projects: [
        { value: '/code/a', messages: 2 },
        { value: '/code/b', messages: 1 },
      ],
      components: expect.arrayContaining([
        { value: 'LSP', messages: 1 },
        { value: 'Hooks', messages: 1 },
      ]) as unknown,
      levels: expect.arrayContaining([
        { value: 'ERROR', messages: 1 },
        { value: 'INFO', messages: 1 },
      ]) as unknown,
      months: [{ value: '2026-01', messages: 3 }],
    })
  })
})

describe('pages', () => {
  test.each(['relevance', 'newest'] as const)('by %s hold every message once while others arrive', async sort => {
    const corpus = archiveCorpus(700)
    const messages = [...corpus.messages()]
    const archive = await rigOf(messages.slice(0, 500))
    const expected = (await archive.ask('the', { sort, limit: 10_000 })).messages.map(({ seq }) => seq)
    const seen: number[] = []
    let cursor: string | undefined
    let arrived = 500
    do {
      const page = await archive.ask('the', { sort, limit: 20, cursor })
      seen.push(...page.messages.map(({ seq }) => seq))
      cursor = page.next
      await archive.add(messages.slice(arrived, arrived + 10))
      arrived += 10
    } while (cursor !== undefined)
    expect(seen).toEqual(expected)
  })

  test.each([undefined, 'tea'])('of messages without a time come after those of all others: %s', async query => {
    // Every third one has no time, and they are spread over the archive.
    const times = Array.from({ length: 60 }, (_, at) => (at % 3 === 0 ? undefined : Date.UTC(2026, 0, 1 + (at % 7))))
    const archive = await rigOf(times.map((at, index) => archived(`tea ${String(index)}`, { at })))
    const expected = times
      .map((at = 0, index) => ({ at, seq: index + 1 }))
      .sort((a, b) => b.at - a.at || b.seq - a.seq)
      .map(({ seq }) => seq)
    for (const limit of [1, 7, 40, 45]) {
      const seen: number[] = []
      let cursor: string | undefined
      do {
        const page = await archive.ask(query, { sort: 'newest', limit, cursor })
        seen.push(...page.messages.map(({ seq }) => seq))
        cursor = page.next
      } while (cursor !== undefined)
      expect(seen).toEqual(expected)
    }
    const until = Date.UTC(2026, 0, 3)
    const { next } = await archive.ask(query, { sort: 'newest', limit: 8, filters: { until } })
    const rest = await archive.ask(query, { sort: 'newest', limit: 50, filters: { until }, cursor: next })
    expect(rest.messages.every(({ at }) => at !== undefined && at < until)).toBe(true)
  })

  test('a cursor of another search is refused in one sentence', async () => {
    const archive = await rig(...Array.from({ length: 20 }, (_, at) => `tea ${String(at)}`))
    const { next } = await archive.ask('tea')
    await expect(archive.ask('coffee', { cursor: next })).rejects.toThrow(
      'the cursor is damaged or belongs to another search',
    )
    await expect(archive.ask('tea', { cursor: 'e30' })).rejects.toThrow(
      'the cursor is damaged or belongs to another search',
    )
  })
})

describe('a query that is not what it seems', () => {
  const texts = ['the invoice is not paid', 'two OR three', 'stars like ** with 2*3', 'inventory']

  test.each(['*', '-', '--', '()', '((((', '""', '" "', '!!!', '…', '\\', '\u200f\u200e', '- - -', '"*"'])(
    '%s has no word, shows the newest messages, and says so',
    async query => {
      const archive = await rig(...texts)
      const { messages, notes } = await archive.ask(query)
      expect(messages.map(({ seq }) => seq)).toEqual([4, 3, 2, 1])
      expect(notes).toMatchObject({ no_words: true, as_plain_words: false, ignored_star: false })
    },
  )

  test.each([
    ['NOT', [1]],
    ['OR', [2]],
    ['OR OR', [2]],
    ['(OR', [2]],
    ['AND NOT', [1]],
    ['-OR', [2]],
  ])('%s is an operator without words, and is searched as a word', async (query, expected) => {
    const archive = await rig(...texts)
    const { messages, notes } = await archive.ask(query)
    expect([...new Set(messages.map(({ seq }) => seq))]).toEqual(expected)
    expect(notes).toMatchObject({ as_plain_words: true, no_words: false })
  })

  test.each([
    ['*voice', true],
    ['in*ce', true],
    ['"inv*"', true],
    ['**invoice**', true],
    ['inv* *paid', true],
    ['inv*', false],
    ['inv* OR pai*', false],
    ['invoice *', false],
    ['-inv*', false],
  ])('%s has a star that is ignored: %s', async (query, expected) => {
    expect((await (await rig(...texts)).ask(query)).notes.ignored_star).toBe(expected)
  })
})

describe('a kept result', () => {
  test('is what a new search finds, whatever has arrived, changed or gone', async () => {
    const corpus = archiveCorpus(700)
    const messages = [...corpus.messages()]
    const archive = await rigOf(messages.slice(0, 600))
    const words = Array.from({ length: 12 }, () => corpus.english.pick())
    // No message has both words of many of the pairs, until one comes.
    const pairs = Array.from({ length: 12 }, () => `${corpus.english.pick()} ${corpus.english.pick()}`)
    const queries = [...words, ...pairs]
    for (let round = 0; round < 8; round++) {
      for (const query of queries) {
        const kept = await archive.ask(query)
        const fresh = await archive.ask(query, { limit: 11 + round })
        expect([query, kept.messages]).toEqual([query, fresh.messages.slice(0, 10)])
      }
      await archive.add(messages.slice(600 + 5 * round, 605 + 5 * round))
      if (round % 3 === 2) archive.archive.run('delete from archive_messages where seq = :seq', { seq: 10 * round })
    }
    expect(archive.search.cacheCounts.hits).toBeGreaterThan(20)
  })

  test('of messages with any of the words gives way to the first message that has all of them', async () => {
    const archive = await rig('green tea', 'black coffee', 'a cake', 'a cake', 'a cake')
    for (const query of ['tea coffee', 'green coffee']) expect((await archive.ask(query)).notes.any_word).toBe(true)
    await archive.add([archived('a cake without sugar')])
    expect((await archive.ask('tea coffee')).notes.any_word).toBe(true)
    await archive.add([archived('tea and coffee')])
    expect(await archive.texts('tea coffee')).toEqual(['tea and coffee'])
    expect((await archive.ask('green coffee')).messages).toHaveLength(3)
  })

  test.each([
    ['a beginning that one word had', 'te*', 'tea', 'teacup'],
    ['a beginning beside a word', 'milk te*', 'milk tea', 'milk teacup'],
    ['a beginning that is excluded', 'milk -te*', 'milk', 'milk teacup'],
    ['a Hebrew beginning', 'שב*', 'שבת', 'שבוע'],
    ['a word that is written in one or in two', 'co-op', 'co op', 'coop'],
    ['a misspelt word', 'invoise', 'invoice', 'invoise'],
    ['words that no message has together', 'tea invoice', 'tea', 'invoice and tea'],
    ['a word that was not there', 'tea OR zebra', 'tea', 'zebra'],
  ])('%s is found with the words that came since', async (_, query, first, later) => {
    const filler = Array.from({ length: 200 }, (__, at) => archived(`filling ${String(at)}`))
    const archive = await rigOf([...filler, archived(first)])
    await archive.ask(query)
    await archive.add([archived(later)])
    const kept = await archive.texts(query)
    expect(kept).toEqual(await archive.texts(query, { limit: 11 }))
  })

  test('serves a query that stands for the same words as before, also a beginning', async () => {
    const archive = await rigOf(Array.from({ length: 300 }, (_, at) => archived(`invoice inventory ${String(at)}`)))
    for (const query of ['invoice', 'inv*', '"invoice inventory"']) {
      const { hits } = archive.search.cacheCounts
      await archive.ask(query)
      await archive.add([archived(`an invoice for the inventory of ${query.length.toString()}`)])
      await archive.ask(query)
      expect([query, archive.search.cacheCounts.hits - hits]).toEqual([query, 1])
    }
  })
})

describe('a filter that nothing passes yet', () => {
  test.each([
    [{ project: '/code/new' }],
    [{ component: 'New' }],
    [{ session: 'new' }],
    [{ person: { name: 'newcomer' } }],
  ] as const)('%j lets the first message pass that comes', async filters => {
    const archive = await rigOf(Array.from({ length: 200 }, (_, at) => archived(`tea ${String(at)}`)))
    expect(await archive.texts('tea', { filters })).toEqual([])
    expect(await archive.texts(undefined, { filters })).toEqual([])
    await archive.add([
      archived('tea at last', { project: '/code/new', component: 'New', session: 'new-1', sender_name: 'Newcomer' }),
    ])
    expect(await archive.texts('tea', { filters })).toEqual(['tea at last'])
    expect(await archive.texts(undefined, { filters })).toEqual(['tea at last'])
  })
})

describe('what is gone', () => {
  test('is found no more, at once, and its words leave the file', async () => {
    const secret = 'xylophonist'
    const archive = await rig('a tea', `the ${secret} plays`, 'a coffee', `${secret}s and tea`)
    archive.archive.run('delete from archive_messages where seq in (2, 4)')
    expect(await archive.texts(secret)).toEqual([])
    await archive.search.indexer.sync()
    expect(await archive.texts('tea')).toEqual(['a tea'])
    expect(await archive.texts(`${secret}*`)).toEqual([])
    await archive.search[Symbol.asyncDispose]()
    for (const suffix of ['', '-wal']) {
      const bytes = await readFile(archive.path + suffix).catch(() => Buffer.alloc(0))
      expect(bytes.includes(secret)).toBe(false)
    }
    await archive.reopen()
    expect(await archive.texts('tea')).toEqual(['a tea'])
  })

  test('an edited message is found by its new words only', async () => {
    const archive = await rig('meet on monday', 'meet on friday')
    archive.archive.run(`update archive_messages set content = 'meet on tuesday' where seq = 1`)
    await archive.search.indexer.sync()
    expect(await archive.texts('monday AND meet')).toEqual([])
    expect(await archive.texts('tuesday')).toEqual(['meet on tuesday'])
    expect(await archive.texts('friday')).toEqual(['meet on friday'])
  })

  test('phrases are found in the order of an edited message, and of those beside it', async () => {
    const archive = await rig('green tea at noon', 'we had green tea', 'black tea')
    archive.archive.run(`update archive_messages set content = 'tea tea tea that is green' where seq = 1`)
    await archive.search.indexer.sync()
    expect(await archive.texts('"green tea"')).toEqual(['we had green tea'])
    expect(await archive.texts('"tea tea that"')).toEqual(['tea tea tea that is green'])
    expect(await archive.texts('"black tea"')).toEqual(['black tea'])
  })
})

describe('the index', () => {
  test('goes on where it was after a restart, with many small parts', async () => {
    const archive = await rig()
    for (let at = 0; at < 30; at++) {
      await archive.add([archived(`tea number ${String(at)}`, { at: Date.UTC(2026, 0, 1) + at })])
      if (at % 7 === 0) await archive.reopen()
    }
    expect((await archive.ask('tea', { limit: 100 })).messages).toHaveLength(30)
    expect(await archive.texts('"number 17"')).toEqual(['tea number 17'])
  })

  test('of another archive with the same beginning is begun anew', async () => {
    const archive = await rig(...Array.from({ length: 20 }, (_, at) => `tea number ${String(at)}`))
    archive.archive.run("update archive_messages set content = 'coffee' where seq = 20")
    // In a copy of an archive, nothing says that it is another one.
    archive.archive.run('delete from changed_messages')
    await archive.reopen()
    expect(archive.search.indexer.waiting).toBe(20)
    await archive.search.indexer.sync()
    expect([await archive.texts('coffee'), await archive.texts('"number 19"')]).toEqual([['coffee'], []])
  })

  test('a scope does not get the number of another one after a part could not be written', async () => {
    const archive = await rig('my tea')
    using disk = new DatabaseSync(archive.path)
    const say = async (scope: string): Promise<void> => {
      await archive.write([archived(`the tea of ${scope}`)])
      archive.archive.run(
        'update archive_messages set scope = :scope where seq = (select max(seq) from archive_messages)',
        {
          scope,
        },
      )
    }
    disk.exec(`create trigger full before insert on parts begin select raise(abort, 'the disk is full'); end`)
    await say('person:p1')
    await expect(archive.search.indexer.sync()).rejects.toThrow('the disk is full')
    disk.exec('drop trigger full')
    await archive.search.indexer.sync()
    await archive.reopen()
    await say('person:p2')
    await archive.search.indexer.sync()
    expect(await archive.texts('tea', { access: { scopes: ['person:p2'] } })).toEqual(['the tea of person:p2'])
    expect(await archive.texts('tea', { access: { scopes: ['person:p1'] } })).toEqual(['the tea of person:p1'])
  })

  test('counts each word once when counting was cut off', async () => {
    const messages = [...archiveCorpus(400).messages()]
    const wordsIn = (path: string): unknown => {
      using disk = new DatabaseSync(path, { readOnly: true })
      return disk.prepare('select term, found from vocabulary order by term').all()
    }
    const whole = await rigOf(messages)
    const archive = await rig()
    using disk = new DatabaseSync(archive.path)
    disk.exec(
      `create trigger full before insert on vocabulary when new.term > 'q' begin select raise(abort, 'cut off'); end`,
    )
    await expect(archive.add(messages)).rejects.toThrow('cut off')
    disk.exec('drop trigger full')
    await archive.reopen()
    await archive.search.indexer.sync()
    expect(wordsIn(archive.path)).toEqual(wordsIn(whole.path))
  })

  test('that is begun anew while it is being filled contains everything', async () => {
    const corpus = archiveCorpus(1500)
    const archive = await rigOf(corpus.messages().take(10))
    await archive.write(corpus.messages().drop(10))
    const filling = archive.search.indexer.sync()
    await yieldToEventLoop()
    archive.search.rebuild()
    await Promise.all([filling, archive.search.indexer.sync()])
    expect((await archive.ask(undefined, { limit: 2000 })).messages).toHaveLength(1500)
    expect((await archive.ask(undefined)).notes.waiting).toBe(0)
  })

  test('a message that is edited again while it is read has its last words', async () => {
    const archive = await rig('tea', 'coffee')
    for (let steps = 0; steps < 26; steps++) {
      const letter = String.fromCharCode('a'.charCodeAt(0) + steps)
      const edit = (content: string): number =>
        archive.archive.run('update archive_messages set content = :content where seq = 1', { content })
      edit(`z${letter}q`)
      const reading = archive.search.indexer.sync()
      for (let step = 0; step < steps; step++) await Promise.resolve()
      edit(`x${letter}k`)
      await reading
      await archive.search.indexer.sync()
      expect(await archive.texts(`x${letter}k`)).toEqual([`x${letter}k`])
    }
  })

  test('is rebuilt when it is damaged', async () => {
    const { writeFile } = await import('node:fs/promises')
    const archive = await rig('a tea', 'a coffee')
    await archive.search[Symbol.asyncDispose]()
    await writeFile(archive.path, 'no database')
    await archive.reopen()
    await archive.search.indexer.sync()
    expect(await archive.texts('tea')).toEqual(['a tea'])
  })
})

describe('snippets', () => {
  test.each([
    ['brown', 'The brown fox', ['The ', '[brown]', ' fox']],
    ['fox', 'Foxes jump', ['[Foxes]', ' jump']],
    ['בית', 'גרנו בבית הזה', ['גרנו ', '[בבית]', ' הזה']],
    ['0501234567', 'Call 050-123-4567 now', ['Call ', '[050-123-4567]', ' now']],
    ['brule*', 'Crème brûlée', ['Crème ', '[brûlée]']],
  ])('%s marks %s', async (query, text, expected) => {
    const archive = await rig(text)
    const [message] = (await archive.ask(query)).messages
    expect(message?.snippet.map(each => (each.matches ? `[${each.text}]` : each.text))).toEqual(expected)
  })

  test('of a long text begin near the words', async () => {
    const archive = await rig(`${'filler '.repeat(200)}needle ${'filler '.repeat(200)}`)
    const [message] = (await archive.ask('needle')).messages
    const text = message?.snippet.map(each => each.text).join('') ?? ''
    expect(text).toContain('needle')
    expect(text.length).toBeLessThan(300)
  })
})
