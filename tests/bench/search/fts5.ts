/** The same corpus in FTS5, as SQLite offers it: bm25(), and the newest 2,000 candidates scored outside. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { archiveCorpus } from '../../support/archive-corpus.ts'
import { COMPARED_KINDS, COMPARED_QUESTIONS, queriesOf } from './queries.ts'
import { timesOf } from './times.ts'

const BATCH = 10_000
/** Candidates whose number bounds the time. */
const CANDIDATES = 2000

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
  // Of the messages that contain the words, the newest, scored by the same bm25(): without the time that this would save.
  const limited = database.prepare(
    `select rowid from (select rowid, bm25(words) score from words where words match ? order by rowid desc
     limit ${String(CANDIDATES)}) order by score limit 10`,
  )
  let shared = 0
  let all = 0
  for (const [kind, questions] of queriesOf(corpus, random, COMPARED_QUESTIONS)) {
    if (!COMPARED_KINDS.has(kind)) continue
    const of_ranked: number[] = []
    const of_candidates: number[] = []
    let own_shared = 0
    let own_all = 0
    for (const { query = '' } of questions) {
      const from = performance.now()
      const best = ranked.all(query)
      const middle = performance.now()
      candidates.all(query)
      of_ranked.push(middle - from)
      of_candidates.push(performance.now() - middle)
      const found = new Set(limited.all(query).map(({ rowid }) => rowid))
      own_all += best.length
      own_shared += best.filter(({ rowid }) => found.has(rowid)).length
    }
    shared += own_shared
    all += own_all
    console.log(
      `FTS5 bm25()  ${kind.padEnd(24)} ${timesOf(of_ranked)}   newest 2,000, read only ${timesOf(of_candidates)}   overlap ${(own_shared / Math.max(1, own_all)).toFixed(2)}`,
    )
  }
  console.log(
    `FTS5: overlap of the best ten of the newest 2,000 candidates with the best ten: ${(shared / Math.max(1, all)).toFixed(3)}`,
  )
  database.close()
}
