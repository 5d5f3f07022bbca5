/**
 * The report on the bot itself from `denidin.db`: messages, answers, response times and recalls; the costs come from
 * the meter.
 */
import type { Database, Row } from '../../database/sqlite/database.ts'
import { messageKeyOf } from '../../messages/message-key.ts'
import { personOfScope, type Scope } from '../../messages/scope.ts'
import { DAY_MS, inZone, SECOND_MS, systemClock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import { entryOf } from '../../platform/entry-of.ts'
import { Precedence } from '../../platform/precedence.ts'
import type { CostKey, CostTotal } from '../../usage/cost-reader.ts'
import { unitsOf } from '../../usage/prices/amount.ts'
import { SqliteCosts } from '../../usage/sqlite/sqlite-costs.ts'
import type { ReportCall } from '../archive-reports.ts'
import type {
  ConversationDay,
  ConversationFigures,
  ConversationPart,
  ConversationQuery,
  ConversationReport,
  ConversationReports,
} from '../conversation-reports.ts'
import { instantsOf } from '../report-range.ts'
import { compareNames } from './tallies.ts'

/** Messages, or recalls, that are read at once: some milliseconds. */
const BATCH = 2000
/** Time before the range in which the message may have been said that its first answers belong to. */
const LEAD_MS = 7 * DAY_MS

interface MessageRow {
  readonly seq: number
  readonly message_id: string
  readonly chat_id: string
  readonly person_id: string
  readonly role: 'user' | 'assistant'
  readonly sent_at: number
  /** For an answer whose delivery record still exists: the time of the last message that it answers. */
  readonly answered_at: number | null
}

interface RecallRow {
  readonly recall_id: string
  readonly at: number
  readonly chat_id: string
  readonly scope: Scope
  readonly items: number
}

/** The sums for a day, a person, a chat, or the total. */
class Sums {
  messages = 0
  answers = 0
  recalls = 0
  recalled_items = 0
  input_tokens = 0
  output_tokens = 0
  readonly #response_ms: number[] = []
  readonly #cost = new Map<string, bigint>()

  answered(response_ms: number | undefined): void {
    this.answers++
    if (response_ms !== undefined) this.#response_ms.push(response_ms)
  }

  spent({ input_tokens, output_tokens, currency, cost }: CostTotal): void {
    this.input_tokens += input_tokens
    this.output_tokens += output_tokens
    if (currency !== undefined) this.#cost.set(currency, (this.#cost.get(currency) ?? 0n) + cost)
  }

  get figures(): ConversationFigures {
    const sorted = Float64Array.from(this.#response_ms).sort()
    const { messages, answers, recalls, recalled_items, input_tokens, output_tokens } = this
    return {
      messages,
      answers,
      median_response_seconds: secondsAt(sorted, 0.5),
      p95_response_seconds: secondsAt(sorted, 0.95),
      recalls,
      recalled_items,
      input_tokens,
      output_tokens,
      cost: [...this.#cost].map(([currency, amount]) => ({ currency, amount: unitsOf(amount) })),
    }
  }
}

/** The smallest value that at least this share of all values does not exceed, rounded to tenths. */
const secondsAt = (sorted: Float64Array, share: number): number | undefined => {
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  return value === undefined ? undefined : Math.round((value / SECOND_MS) * 10) / 10
}

export class SqliteConversationReports implements ConversationReports {
  readonly #database: Database
  readonly #precedence: Precedence

  /**
   * @param database `denidin.db`; it is only read, a few thousand rows at a time
   * @param precedence what goes before each step
   */
  constructor(database: Database, precedence = new Precedence()) {
    this.#database = database
    this.#precedence = precedence
  }

  async conversation(query: ConversationQuery, call: ReportCall): Promise<ConversationReport> {
    const counted = new Counted(query)
    await this.#countMessages(query, call, counted)
    await this.#countRecalls(query, call, counted)
    await this.#countCosts(query, counted)
    if (counted.days.size === 0 && query.chat_id !== undefined) await this.#checkChat(query.chat_id, call)
    const days = [...counted.days]
      .map(([date, sums]): ConversationDay => ({ date, ...sums.figures }))
      .sort((a, b) => b.date - a.date)
    const names = this.#namesOf(query.by)
    const parts = [...counted.parts]
      .map(([id, sums]): ConversationPart => ({
        id,
        name: id === undefined ? undefined : names.get(id),
        ...sums.figures,
      }))
      .sort((a, b) => b.messages - a.messages || compareNames(a.name, b.name) || compareNames(a.id, b.id))
    return { days, total: counted.total.figures, parts }
  }

  /**
   * Counts messages in the order in which they were recorded: an answer belongs to the last message before it in its
   * chat.
   */
  async #countMessages(query: ConversationQuery, { signal, progress }: ReportCall, counted: Counted): Promise<void> {
    const { begins, ends } = instantsOf(query.range)
    const asked = new Map<string, number>()
    const { first, last } = this.#placesOf(begins - LEAD_MS, ends)
    let read = 0
    for (let after = first - 1; after < last; after += BATCH) {
      signal.throwIfAborted()
      const rows = this.#database.all<MessageRow>(
        `select seq, message_id, chat_id, person_id, role, sent_at, iif(role = 'user' or sent_at < :begins or sent_at >= :ends, null, (
           select max(asked.sent_at) from outbox join outbox_answers using (outbox_id)
             join messages asked on asked.message_id = outbox_answers.message_id
           where outbox.message_id = messages.message_id)) as answered_at
         from messages where seq > :after and seq <= :up_to and kind = 'chat' order by seq`,
        { after, up_to: after + BATCH, begins, ends },
      )
      for (const row of rows) {
        const { chat_id, role, sent_at, answered_at } = row
        const isCounted = sent_at >= begins && sent_at < ends && counted.wants(row)
        if (role === 'user') {
          asked.set(chat_id, sent_at)
          if (isCounted) counted.each(row, sent_at, sums => sums.messages++)
        } else if (!this.#isOwners(row)) {
          const since = answered_at ?? asked.get(chat_id)
          asked.delete(chat_id)
          if (!isCounted) continue
          // Clocks of phones differ.
          const response_ms = since === undefined ? undefined : Math.max(0, sent_at - since)
          counted.each(row, sent_at, sums => {
            sums.answered(response_ms)
          })
        }
      }
      read += rows.length
      progress(read)
      await this.#precedence.giveWay()
    }
  }

  /** A chat without anything in the days of a report may be a mistake. @throws DenidinError `not_found` */
  async #checkChat(chat_id: string, { signal }: ReportCall): Promise<void> {
    const { last } = this.#placesOf(0, Number.MAX_SAFE_INTEGER)
    for (let after = 0; after < last; after += BATCH) {
      signal.throwIfAborted()
      const said = this.#database.get(
        'select 1 as one from messages where seq > :after and seq <= :up_to and chat_id = :chat_id limit 1',
        { after, up_to: after + BATCH, chat_id },
      )
      if (said !== undefined) return
      await this.#precedence.giveWay()
    }
    // What a chat has cost stays when its messages are forgotten.
    const spent = this.#database.get('select 1 as one from usage where chat_id = :chat_id limit 1', { chat_id })
    if (spent === undefined)
      throw new DenidinError('not_found', `there is no chat "${chat_id}" with messages; denidin chats lists the chats`)
  }

  /** The first and the last place of the messages of a time. Between them may be others: history that was added later. */
  #placesOf(from: number, to: number): { readonly first: number; readonly last: number } {
    const places = this.#database.get<{ first: number | null; last: number | null }>(
      'select min(seq) as first, max(seq) as last from messages where sent_at >= :from and sent_at < :to',
      { from, to },
    )
    return { first: places?.first ?? 1, last: places?.last ?? 0 }
  }

  /** Whether the account's owner wrote the message in the bot's name, so that it is not an answer of the bot. */
  #isOwners({ message_id }: MessageRow): boolean {
    const sql = `select 1 as one from known_messages
      where stanza_id = :stanza_id and message_id = :message_id and origin = 'received'`
    return this.#database.get(sql, { message_id, stanza_id: messageKeyOf(message_id).stanza_id }) !== undefined
  }

  async #countRecalls(query: ConversationQuery, { signal }: ReportCall, counted: Counted): Promise<void> {
    const { begins, ends } = instantsOf(query.range)
    for (let after: string | undefined = ''; after !== undefined;) {
      signal.throwIfAborted()
      const rows: readonly RecallRow[] = this.#database.all<RecallRow & Row>(
        `select recall_id, at, chat_id, scope, iif(at >= :begins and at < :ends, (select count(*) from recalled_items
           where recalled_items.recall_id = recalls.recall_id and given_as = 'recall'), 0) as items
         from recalls where recall_id > :after order by recall_id limit :batch`,
        { begins, ends, after, batch: BATCH },
      )
      for (const { at, chat_id, scope, items } of rows) {
        // The scope of a group names no person, so its recalls count only for the chat.
        const recall = { chat_id, person_id: personOfScope(scope) }
        if (items === 0 || !counted.wants(recall)) continue
        counted.each(recall, at, sums => {
          sums.recalls++
          sums.recalled_items += items
        })
      }
      after = rows.length < BATCH ? undefined : rows.at(-1)?.recall_id
      await this.#precedence.giveWay()
    }
  }

  async #countCosts({ range, person_id, chat_id, by }: ConversationQuery, counted: Counted): Promise<void> {
    const costs = new SqliteCosts(this.#database, inZone(systemClock, range.zone))
    const read = (key: CostKey): Promise<readonly CostTotal[]> => costs.costs(range, key, person_id, chat_id)
    for (const total of await read('day')) {
      counted.total.spent(total)
      counted.day(Number(total.key)).spent(total)
    }
    if (by !== undefined) for (const total of await read(by)) counted.part(total.key).spent(total)
  }

  /** People have names, or else numbers; chats are identified only by their ids. */
  #namesOf(by: ConversationQuery['by']): ReadonlyMap<string, string> {
    if (by !== 'person') return new Map()
    const rows = this.#database.all<{ person_id: string; name: string | null }>(
      `select person_id, coalesce(name, (select '+' || value from identities
         where identities.person_id = persons.person_id and kind = 'phone' limit 1)) as name from persons`,
    )
    return new Map(rows.flatMap(({ person_id, name }) => (name === null ? [] : [[person_id, name]])))
  }
}

/** The chat and the person of a message or a recall. */
interface Whose {
  readonly chat_id: string
  readonly person_id: string | undefined
}

/** All sums of one report. */
class Counted {
  readonly total = new Sums()
  readonly days = new Map<number, Sums>()
  readonly parts = new Map<string | undefined, Sums>()
  readonly #query: ConversationQuery

  constructor(query: ConversationQuery) {
    this.#query = query
  }

  day(date: number): Sums {
    return entryOf(this.days, date, () => new Sums())
  }

  part(id: string | undefined): Sums {
    return entryOf(this.parts, id, () => new Sums())
  }

  wants({ chat_id, person_id }: Whose): boolean {
    const { person_id: person = person_id, chat_id: chat = chat_id } = this.#query
    return person === person_id && chat === chat_id
  }

  each({ chat_id, person_id }: Whose, at: number, count: (sums: Sums) => void): void {
    const { range, by } = this.#query
    count(this.total)
    count(this.day(range.zone.dayOf(at)))
    if (by === 'chat') count(this.part(chat_id))
    if (by === 'person' && person_id !== undefined) count(this.part(person_id))
  }
}
