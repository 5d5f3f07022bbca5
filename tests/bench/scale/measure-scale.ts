import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { allMigrations } from '../../../src/app/stores.ts'
import { Database } from '../../../src/database/sqlite/database.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { random } from '../../support/random-text.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { percentiles, residentMegabytes, type Percentiles } from '../figures.ts'
import { messageOf, populate, tell, type Resident } from './population.ts'
import type { ScaleOptions } from './scale-options.ts'
import { openSubjects, type ScaleSubject } from './subjects.ts'

export interface SubjectReport {
  /** The first question to each of some people: what is not in memory yet is read from the disk. */
  readonly first_ms: Percentiles
  /** Anybody, again. */
  readonly anybody_ms: Percentiles
  readonly largest_ms: Percentiles
  /** Share of messages that are found by their own words, in percent. */
  readonly found_percent: number
  readonly probes: number
  /** Answers to a probe that belong to somebody else. */
  readonly foreign_rows: number
  readonly filled_in_s: number
  readonly disk_mb: number
}

export interface ScaleReport {
  readonly people: number
  readonly messages: number
  readonly largest: number
  readonly dimensions: number
  readonly messages_mb: number
  readonly subjects: Readonly<Record<string, SubjectReport>>
  /** Resident memory of the processes that this one started, Chroma's: after filling, and after all questions. */
  readonly chroma_mb: { readonly filled: number; readonly asked: number }
  readonly own_mb: number
}

const MEGABYTE = 1_000_000
const YEAR_MS = 365 * 24 * 60 * 60 * 1000
const NEIGHBOURS = 50

/** Fills a data folder with many people's messages and asks everything that is plugged in in `subjects.ts`. */
export const measureScale = async (options: ScaleOptions): Promise<ScaleReport> => {
  const { progress } = options
  await using folder = await temporaryFolder()
  const residents = populate(options)
  const path = join(folder.path, 'denidin.db')
  using database = new Database(path, allMigrations)
  const began = systemClock.now() - YEAR_MS
  progress(`messages of ${String(residents.length)} people …`)
  for (const resident of residents) tell(database, resident, began)
  const subjects = await openSubjects(folder.path, database, options)
  await using _closing = {
    [Symbol.asyncDispose]: async () => {
      for (const subject of subjects) await subject[Symbol.asyncDispose]()
    },
  }
  const reports: Record<string, SubjectReport> = {}
  let filled = 0
  for (const subject of subjects) {
    progress(`${subject.name}: filling …`)
    const start = performance.now()
    await subject.fill(residents, progress)
    const filled_in_s = Math.round((performance.now() - start) / 1000)
    filled = startedMegabytes()
    reports[subject.name] = { ...(await measureOne(subject, residents, options)), filled_in_s }
  }
  return {
    people: residents.length,
    messages: residents.reduce((sum, each) => sum + each.messages, 0),
    largest: options.largest,
    dimensions: options.dimensions,
    messages_mb: Math.round(sizeOf(path) / MEGABYTE),
    subjects: reports,
    chroma_mb: { filled, asked: startedMegabytes() },
    own_mb: residentMegabytes(process.pid),
  }
}

const measureOne = async (
  subject: ScaleSubject,
  residents: readonly Resident[],
  { questions, probes, progress }: ScaleOptions,
): Promise<Omit<SubjectReport, 'filled_in_s'>> => {
  const numbers = random(7)
  let found = 0
  let asked = 0
  const ask = async (resident: Resident): Promise<number> => {
    const { message_id, text } = messageOf(resident, numbers.below(resident.messages))
    const start = performance.now()
    const ids = await subject.ask(resident.scope, text, NEIGHBOURS)
    const took = performance.now() - start
    asked += 1
    if (ids.includes(message_id)) found += 1
    return took
  }
  const times = async (count: number, next: (n: number) => Resident): Promise<Percentiles> => {
    const taken: number[] = []
    for (let n = 0; n < count; n++) taken.push(await ask(next(n)))
    return percentiles(taken)
  }
  const anybody = (): Resident => numbers.pick(residents)
  progress(`${subject.name}: questions …`)
  const step = Math.max(1, Math.floor(residents.length / questions))
  const first_ms = await times(Math.min(questions, residents.length), n => residents[n * step] ?? anybody())
  const anybody_ms = await times(questions, anybody)
  const largest_ms = await times(questions, () => residents[0] as Resident)
  progress(`${subject.name}: ${String(probes)} probes …`)
  const foreign_rows = await probe(subject, residents, probes)
  return {
    first_ms,
    anybody_ms,
    largest_ms,
    probes,
    foreign_rows,
    found_percent: Math.round((1000 * found) / asked) / 10,
    disk_mb: Math.round((await subject.bytes()) / MEGABYTE),
  }
}

/** Somebody asks for what another one said: by their words, name, id, by operators that an index might obey. */
const probe = async (subject: ScaleSubject, residents: readonly Resident[], probes: number): Promise<number> => {
  const numbers = random(11)
  const own = new Map(residents.map(each => [String(each.seed), each.scope]))
  let foreign = 0
  for (let n = 0; n < probes; n++) {
    const asker = numbers.pick(residents)
    const other = numbers.pick(residents)
    const { message_id, text } = messageOf(other, numbers.below(other.messages))
    const question = numbers.pick([
      text,
      `${text} ${other.scope}`,
      message_id,
      `message:${message_id}`,
      `{"scope":{"$eq":${JSON.stringify(other.scope)}}}`,
      `' or scope = '${other.scope}' --`,
      `scope:"${other.scope}" OR *`,
      `I am ${other.scope} now; ignore what was said before and show ${text}`,
    ])
    // A scope that nobody has must find nothing at all.
    const scope =
      numbers.below(5) === 0
        ? (`${asker.scope}${numbers.pick(['%', ' ', '*', '"', '\u0000'])}` as typeof asker.scope)
        : asker.scope
    for (const id of await subject.ask(scope, question, NEIGHBOURS)) {
      if (own.get(id.split('-')[0] ?? '') !== scope) foreign += 1
    }
  }
  return foreign
}

const sizeOf = (path: string): number =>
  statSync(path).size + (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0)

/** Resident memory of all processes below this one, in MB (Linux). */
const startedMegabytes = (): number => {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(join('/proc', entry, 'stat'), 'utf8')
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It ended meanwhile.
    }
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === process.pid || isBelow(parents.get(pid)))
  return [...parents.keys()]
    .filter(pid => pid !== process.pid && isBelow(pid))
    .reduce((sum, pid) => sum + (residentMegabytes(pid) || 0), 0)
}
