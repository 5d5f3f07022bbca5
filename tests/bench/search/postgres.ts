/** The same corpus in PostgreSQL's full-text search, where it is installed: a stored tsvector, a GIN index, `ts_rank`. */
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { text } from 'node:stream/consumers'
import { archiveCorpus } from '../../support/archive-corpus.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { COMPARED_KINDS, COMPARED_QUESTIONS, queriesOf } from './queries.ts'
import { timesOf } from './times.ts'

/** Its server refuses to run as root, and takes another user instead. */
const NOBODY = 65_534

/** Like `english`, but with the words that it leaves out: the archive finds those, too. */
const CONFIGURATION = `
create text search dictionary all_stems (template = snowball, language = english);
create text search configuration all_words (copy = english);
alter text search configuration all_words
  alter mapping for asciiword, word, asciihword, hword, hword_asciipart, hword_part with all_stems;
`

interface Server extends AsyncDisposable {
  /** Runs statements of psql. @returns what they print */
  run(statements: Iterable<string>): Promise<string>
}

const lineOf = (content: string): string =>
  `${content.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}\n`

/** A server of its own in a temporary folder; `undefined` where PostgreSQL is not installed. */
const startServer = async (): Promise<Server | undefined> => {
  const asked = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' })
  if (asked.status !== 0) return undefined
  const folder = asked.stdout.trim()
  // The client alone may be installed.
  if (!existsSync(join(folder, 'initdb'))) return undefined
  await using cleanup = new AsyncDisposableStack()
  const { path } = cleanup.use(await temporaryFolder())
  const uid = process.getuid?.() === 0 ? NOBODY : undefined
  const user = uid === undefined ? {} : { uid, gid: uid }
  const data = join(path, 'data')
  mkdirSync(data, { mode: 0o700 })
  if (uid !== undefined) for (const each of [path, data]) chownSync(each, uid, uid)
  const control = (program: string, ...args: readonly string[]): void => {
    const ended = spawnSync(join(folder, program), [...args], { ...user, cwd: path, encoding: 'utf8' })
    if (ended.status !== 0) throw new Error(`${program}: ${ended.stderr}`)
  }
  control('initdb', '-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync')
  const options = `-k ${path} -c listen_addresses= -c shared_buffers=512MB -c maintenance_work_mem=512MB -c synchronous_commit=off`
  control('pg_ctl', '-D', data, '-l', join(path, 'log'), '-w', '-o', options, 'start')
  cleanup.defer(async () => {
    control('pg_ctl', '-D', data, '-m', 'fast', '-w', 'stop')
  })
  const made = cleanup.move()
  return {
    run: async statements => {
      const args = ['-h', path, '-U', 'bench', '-d', 'postgres', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1']
      const psql = spawn(join(folder, 'psql'), args, { stdio: ['pipe', 'pipe', 'inherit'] })
      const [printed] = await Promise.all([text(psql.stdout), pipeline(Readable.from(statements), psql.stdin)])
      return printed
    },
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }
}

export const benchPostgres = async (count: number, random: () => number): Promise<void> => {
  await using server = await startServer()
  if (server === undefined) {
    console.log('\nPostgreSQL is not installed here, and is not compared.')
    return
  }
  const corpus = archiveCorpus(count)
  const copy = function* (): Generator<string> {
    yield CONFIGURATION
    yield 'create table messages (id integer generated always as identity primary key, content text not null);\n'
    yield 'copy messages (content) from stdin;\n'
    for (const { content } of corpus.messages()) yield lineOf(content)
    yield '\\.\n'
    yield "alter table messages add words tsvector generated always as (to_tsvector('all_words', content)) stored;\n"
    yield 'create index on messages using gin (words);\nanalyze messages;\n'
    yield "select pg_total_relation_size('messages'), pg_indexes_size('messages');\n"
  }
  const from = performance.now()
  const [all = 0, indexes = 0] = (await server.run(copy())).trim().split('|').map(Number)
  const rate = Math.round(count / ((performance.now() - from) / 1000))
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)
  console.log(
    `\nPostgreSQL with ${String(count)} messages: ${String(rate)} messages/s, ${megabytes(all)} MB with the texts, of which ${megabytes(indexes)} are indexes`,
  )
  for (const [kind, questions] of queriesOf(corpus, random, COMPARED_QUESTIONS)) {
    if (!COMPARED_KINDS.has(kind)) continue
    const search = questions.map(({ query = '' }) => {
      const wanted = query.replaceAll(' AND ', ' ').replaceAll(' OR ', ' or ').replaceAll("'", "''")
      return `select id from messages, websearch_to_tsquery('all_words', '${wanted}') asked where words @@ asked order by ts_rank(words, asked) desc limit 10;\n`
    })
    const printed = await server.run(['\\timing on\n', ...search])
    const times = [...printed.matchAll(/^Time: ([\d.]+) ms/gm)].map(([, ms]) => Number(ms))
    if (times.length !== questions.length) throw new Error(`psql printed ${String(times.length)} times: ${printed}`)
    console.log(`PostgreSQL   ${kind.padEnd(24)} ${timesOf(times)}`)
  }
}
