/** The usage log as personal data: whose turns it contains, and the text of their messages. */
import type { ErasureBounds, PersonalData, PersonalRecord } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import { jsonOf } from '../../platform/json-text.ts'
import { bytesOfText, lineBatches, textOfBytes } from '../../platform/line-batches.ts'
import { isTexts, isUse } from './read-use.ts'
import { withoutTask, type OpenUse, type UseChange } from './usage-entry.ts'
import type { LineChange } from './usage-files.ts'

/** The log, as far as it can be read and rewritten. */
export interface RewritableLog {
  /** Paths of all files of entries. */
  files(): Promise<readonly string[]>
  /** Data that is not in the files of entries: open uses, and entries that could not be written. */
  inMemory(): Promise<{ readonly open: readonly OpenUse[]; readonly entries: readonly OpenUse[] }>
  /**
   * Rewrites the files, and the entries that wait in memory, as one step.
   * @returns how many entries and open uses changed
   * @throws DenidinError `unavailable`
   */
  rewrite(changeLine: LineChange, changeUse: UseChange): Promise<number>
}

/** The part of an entry that decides whether a change applies to it. */
type Use = Pick<OpenUse, 'person_id' | 'message_ids'>

export class UsagePersonalData implements PersonalData {
  readonly name = 'budget usage'
  readonly tables = []
  readonly #log: RewritableLog

  constructor(log: RewritableLog) {
    this.#log = log
  }

  async count(person_id: PersonId, bounds: ErasureBounds = {}): Promise<number> {
    let count = 0
    const uses = this.#usesOf(person_id, isCovered(person_id, bounds))[Symbol.asyncIterator]()
    while ((await uses.next()).done !== true) count++
    return count
  }

  async reassign(from: PersonId, to: PersonId): Promise<void> {
    const moved: UseChange = use => (use.person_id === from ? { ...use, person_id: to } : use)
    await this.#log.rewrite(lineOf(from, moved), moved)
  }

  async *export(person_id: PersonId): AsyncIterable<PersonalRecord> {
    for await (const { timestamp, task, agent, complexity, ...use } of this.#usesOf(person_id)) {
      const { budget_allocated, tokens_loaded, demand_tokens } = use
      const fields = { timestamp, agent, complexity, budget_allocated, tokens_loaded, demand_tokens, task }
      yield { section: 'budget usage', fields }
    }
  }

  async erase(person_id: PersonId, bounds: ErasureBounds = {}): Promise<number> {
    const covers = isCovered(person_id, bounds)
    const erased: UseChange = use => (covers(use) ? undefined : use)
    return await this.#log.rewrite(lineOf(person_id, erased), erased)
  }

  /** Removes the text of these messages; the record that there was a turn stays. */
  async forget(message_ids: readonly string[]): Promise<void> {
    if (message_ids.length === 0) return
    const gone = new Set(message_ids)
    const forgotten: UseChange = use => (use.message_ids.some(id => gone.has(id)) ? withoutTask(use, gone) : use)
    await this.#log.rewrite(line => (names(line, gone) ? changedLine(line, forgotten) : line), forgotten)
  }

  async *#usesOf(person_id: PersonId, wanted = (use: Use) => use.person_id === person_id): AsyncIterable<OpenUse> {
    const { open, entries } = await this.#log.inMemory()
    const mark = markOf(person_id)
    for (const path of await this.#log.files()) {
      for await (const lines of lineBatches(path)) {
        for (const line of lines) {
          const use = line.includes(mark) ? parse(line) : undefined
          if (use !== undefined && wanted(use)) yield use
        }
      }
    }
    yield* [...entries, ...open].filter(wanted)
  }
}

/**
 * Whether an erasure covers an entry. An entry with only spared messages, such as the request to forget, is not
 * covered.
 */
const isCovered =
  (person_id: PersonId, { spared = [] }: ErasureBounds) =>
  ({ person_id: whose, message_ids }: Use): boolean =>
    whose === person_id && !(message_ids.length > 0 && message_ids.every(id => spared.includes(id)))

/** A person in a line of bytes. */
const markOf = (person_id: PersonId): string => bytesOfText(`"person_id":${JSON.stringify(person_id)}`)

const lineOf = (person_id: PersonId, change: UseChange): LineChange => {
  const mark = markOf(person_id)
  return line => (line.includes(mark) ? changedLine(line, change) : line)
}

const changedLine = (line: string, change: UseChange): string | undefined => {
  const use = parse(line)
  // An unreadable line that contains an id to be erased is removed.
  if (use === undefined) return undefined
  const now = change(use)
  return now === use ? line : now && bytesOfText(JSON.stringify(now))
}

const IDS = '"message_ids":['

/** Whether a line names one of these messages; if that is unclear, it counts as yes. */
const names = (line: string, message_ids: ReadonlySet<string>): boolean => {
  const from = line.indexOf(IDS)
  if (from < 0) return false
  const ids = jsonOf(textOfBytes(line.slice(from + IDS.length - 1, line.indexOf(']', from) + 1)))
  return !isTexts(ids) || ids.some(id => message_ids.has(id))
}

const parse = (line: string): OpenUse | undefined => {
  const value = jsonOf(textOfBytes(line))
  return isUse(value) ? value : undefined
}
