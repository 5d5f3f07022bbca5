/** The same corpus in FTS5, as SQLite offers it: bm25(), and the newest 2,000 candidates scored outside. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { archiveCorpus } from '../../support/archive-corpus.ts'
import { queriesOf } from './queries.ts'
import { timesOf } from './times.ts'

const BATCH = 10_000
const QUERIES = 8
const KINDS = [
  'rare word',
  'mid word',
  'common word',
  'the commonest word',
  'two common words',
  'rare OR the commonest',
  'phrase',
]

export const benchFts5 = async (folder: string, count: number, random: () => number): Promise<void> => {
  const path = join(folder, 'fts5.db')
  const database = new DatabaseSync(path)
  database.exec(
    `pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -65536;
     create table messages (id integer primary key, content text not null);
     create virtual table words using fts5 (content, content = 'messages', content_rowid = 'id', tokenize = 'porter unicode61')`,
  )
  const corpus = archiveCorpus(count)
  const insert = database.prepare('insert into messages (content) values (?)')
  const index = database.prepare('insert into words (rowid, content) values (?, ?)')
  let id = 0
  let spent = 0
  const flush = (batch: readonly string[]): void => {
    const from = performance.now()
    database.exec('begin')
    for (const content of batch) {
      insert.run(content)
      index.run(++id, content)
    }
    database.exec('commit')
    spent += performance.now() - from
  }
  let batch: string[] = []
  for (const { content } of corpus.messages()) {
    batch.push(content)
    if (batch.length === BATCH) {
      flush(batch)
      batch = []
    }
  }
  flush(batch)
  console.log(
    `\nFTS5: ${String(Math.round(count / (spent / 1000)))} messages/s, ${(statSync(path).size / 1e6).toFixed(0)} MB with the texts`,
  )
  const ranked = database.prepare('select rowid from words where words match ? order by bm25(words) limit 10')
  const candidates = database.prepare(
    'select m.id, m.content from words join messages m on m.id = words.rowid where words match ? order by words.rowid desc limit 2000',
  )
  for (const [kind, questions] of queriesOf(corpus, random, QUERIES)) {
    if (!KINDS.includes(kind)) continue
    const of_ranked: number[] = []
    const of_candidates: number[] = []
    for (const { query = '' } of questions) {
      const from = performance.now()
      ranked.all(query)
      const middle = performance.now()
      candidates.all(query)
      of_ranked.push(middle - from)
      of_candidates.push(performance.now() - middle)
    }
    console.log(
      `FTS5 bm25()  ${kind.padEnd(24)} ${timesOf(of_ranked)}   newest 2,000, read only ${timesOf(of_candidates)}`,
    )
  }
  database.close()
}
