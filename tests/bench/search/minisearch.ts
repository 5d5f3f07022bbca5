/** The same corpus in minisearch, which holds its index in memory. */
import MiniSearch from 'minisearch'
import { archiveCorpus } from '../../support/archive-corpus.ts'
import { queriesOf } from './queries.ts'
import { timesOf } from './times.ts'

const QUERIES = 8
const KINDS = ['rare word', 'mid word', 'common word', 'the commonest word', 'two common words']

export const benchMinisearch = async (count: number, random: () => number): Promise<void> => {
  const before = process.memoryUsage().heapUsed
  const search = new MiniSearch<{ id: number; content: string }>({ fields: ['content'] })
  const corpus = archiveCorpus(count)
  let id = 0
  const from = performance.now()
  for (const { content } of corpus.messages()) search.add({ id: ++id, content })
  const seconds = (performance.now() - from) / 1000
  console.log(
    `\nminisearch with ${String(count)} messages: ${String(Math.round(count / seconds))} messages/s with the generator, ${String(Math.round((process.memoryUsage().heapUsed - before) / 1e6))} MB of memory`,
  )
  for (const [kind, questions] of queriesOf(corpus, random, QUERIES)) {
    if (!KINDS.includes(kind)) continue
    const times = questions.map(({ query = '' }) => {
      const began = performance.now()
      search.search(query.replaceAll(' AND ', ' '), { combineWith: 'AND' })
      return performance.now() - began
    })
    console.log(`minisearch   ${kind.padEnd(24)} ${timesOf(times)}`)
  }
}
