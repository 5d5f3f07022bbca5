/**
 * Divides the tokens of recall between memories and quotes. The order in which they are taken does not depend on the
 * budget, and packing ends at the first that does not fit, so a larger budget always shows everything that a smaller
 * one shows.
 */
import type { RecalledMemory } from '../../memory/memory.ts'
import type { MessageId } from '../../messages/message.ts'
import { once } from '../../platform/once.ts'
import type { TimeZone } from '../../platform/time-zone.ts'
import type { Quote } from '../../retrieval/quote.ts'
import { subjectStems } from '../../text/content-stems.ts'
import { Excerpt } from './excerpt.ts'
import { textsOf, type DatedCandidates, type FoundTexts, type RecallCandidates } from './found-texts.ts'
import type { PackedCandidate, PackingReason, PartBudget } from './packing-record.ts'
import { dayLine, RECALLED_HEADING } from './render-context.ts'
import { SaidWords } from './said-words.ts'
import type { TokenCosts } from './token-costs.ts'

/** The text of a message, and its speaker. */
interface Said {
  readonly text: string
  readonly speaker: string | undefined
}

/** The properties of the running session that affect how the candidates are packed. */
export interface RunningSession {
  /** Messages that the history shows, by id: their quotes keep their position in the order and take no tokens. */
  readonly shown?: ReadonlyMap<MessageId, Said>
}

export interface PackedRecall extends RecallCandidates {
  /** Memories that say nothing beyond their own source, which is quoted: not shown, but counted as used. */
  readonly quoted: readonly RecalledMemory[]
  /** Tokens in the request, including the text around them. */
  readonly tokens: number
  readonly candidates: readonly PackedCandidate[]
  /** Whether more room would show more; otherwise only the budget of recall limits it, or nothing does. */
  readonly needs_room: boolean
}

/** Share of the tokens for quotes, as long as there are both. */
const QUOTES_SHARE = 0.6

/** Chooses the candidates that go into the request. */
export const packRecall = (
  found: DatedCandidates & RunningSession,
  budget: PartBudget,
  costs: TokenCosts,
  words = new SaidWords(),
): PackedRecall => new RecallPacker(found, costs, words).pack(budget, found)

/** Packs the same candidates as often as necessary. */
export class RecallPacker {
  readonly #found: FoundTexts
  readonly #costs: TokenCosts
  readonly #words: SaidWords

  constructor(found: DatedCandidates, costs: TokenCosts, words: SaidWords) {
    this.#found = textsOf(found, costs)
    this.#costs = costs
    this.#words = words
  }

  pack(budget: PartBudget, running: RunningSession): PackedRecall {
    const packing = new RecallPacking(this.#found, running, budget, { costs: this.#costs, words: this.#words })
    packing.run()
    return packing.result()
  }
}

/** Additional tokens for quotes of the running session, as a share of the budget of recall. */
const SESSION_SHARE = 0.25

/** Tokens used by the texts of one group, and whether the next one did not fit. */
interface PartUse {
  /** Most tokens, as a share of the budget of recall. */
  readonly share: number
  content: number
  full: boolean
}

class RecallPacking {
  readonly #running: RunningSession
  readonly #budget: PartBudget
  readonly #costs: TokenCosts
  readonly #words: SaidWords
  readonly #memories: readonly Excerpt<RecalledMemory>[]
  /** Quotes of all other messages than those of the window. */
  readonly #elsewhere: readonly Excerpt<Quote>[]
  /** Quotes from the window. */
  readonly #here: readonly Excerpt<Quote>[]
  readonly #quotes: readonly Excerpt<Quote>[]
  readonly #of_session: ReadonlySet<Excerpt<RecalledMemory> | Excerpt<Quote>>
  /** Positions in `#elsewhere` of the quotes that may be used, in the order in which they are packed. */
  readonly #order: readonly number[]
  readonly #quoted = new Set<Excerpt<RecalledMemory>>()
  /** Usage by texts of the past, and by texts of the running session. */
  readonly #past: PartUse = { share: 1, content: 0, full: false }
  readonly #session: PartUse = { share: SESSION_SHARE, content: 0, full: false }
  /** Tokens of their lines in the request, with those of their days. */
  #lines = 0
  /** The lines with the days of the shown texts. */
  readonly #days = new Set<string>()
  /** Whether more room would have shown more. */
  #needs_room = false
  /** Why packing stopped. */
  #stopped: PackingReason | undefined
  #shownCount = 0

  constructor(
    found: FoundTexts,
    running: RunningSession,
    budget: PartBudget,
    { costs, words }: { readonly costs: TokenCosts; readonly words: SaidWords },
  ) {
    this.#running = running
    this.#budget = budget
    this.#costs = costs
    this.#words = words
    this.#memories = found.memories.map(each => new Excerpt(each))
    this.#elsewhere = found.quotes.map(each => new Excerpt(each))
    this.#here = found.session.map(each => new Excerpt(each))
    this.#quotes = [...this.#elsewhere, ...this.#here]
    const left = this.#elsewhere.filter(({ item }) => found.left_window.has(item.message_id))
    this.#of_session = new Set([...left, ...this.#here])
    this.#order = found.order
  }

  /** Takes the texts of the past, and then those of the running session. */
  run(): void {
    const past = this.#order.flatMap(at => this.#elsewhere[at] ?? [])
    const usable = [...past, ...this.#here]
    this.#keepWhole([...this.#memories, ...usable])
    this.#takeRounds(this.#memories, past, usable)
    this.#takeRounds([], this.#here, usable)
  }

  /**
   * Takes the first passage of each text, then the second of each, and so on.
   * @param usable all quotes, which may replace a memory
   */
  #takeRounds(
    memories: readonly Excerpt<RecalledMemory>[],
    quotes: readonly Excerpt<Quote>[],
    usable: readonly Excerpt<Quote>[],
  ): void {
    let round = { memories, quotes }
    while (!this.#isOver() && round.memories.length + round.quotes.length > 0) {
      this.#takeRound(round.memories, round.quotes, usable)
      round = {
        memories: round.memories.filter(each => each.isShown && !each.isWhole && !this.#past.full),
        quotes: round.quotes.filter(each => !each.isWhole && !this.#isFull(each)),
      }
    }
  }

  result(): PackedRecall {
    const memories = this.#memories.filter(each => each.isShown)
    const quotes = this.#quotes.filter(each => each.isShown && !this.#isInHistory(each))
    const lines = memories.length + quotes.length
    const candidates = once(() => [
      ...this.#memories.map(each => this.#decision('memory', each.item.memory.memory_id, each, this.#quoted.has(each))),
      ...this.#quotes.map(each => this.#decision('quote', each.item.message_id, each, false)),
    ])
    return {
      memories: memories.map(each => each.shown),
      quotes: quotes.map(each => each.shown),
      quoted: this.#memories.filter(each => this.#quoted.has(each)).map(each => each.item),
      tokens: this.#lines + this.#costs.block(RECALLED_HEADING, lines),
      needs_room: this.#needs_room || this.#stopped !== undefined,
      // Computed on demand, because the same texts may be packed several times until it is clear what fits.
      get candidates() {
        return candidates()
      },
    }
  }

  /** If everything fits, no text has to be cut into passages. */
  #keepWhole(usable: readonly (Excerpt<RecalledMemory> | Excerpt<Quote>)[]): void {
    const { content, room } = this.#budget
    const shown = usable.filter(each => !this.#isInHistory(each))
    const tokensOf = (some: typeof shown): number => some.reduce((sum, each) => sum + each.tokens, 0)
    const of_session = tokensOf(shown.filter(each => this.#of_session.has(each)))
    const additional = of_session <= content * SESSION_SHARE ? of_session : 0
    if (tokensOf(shown) - additional > content) return
    const days = this.#costs.days(new Set(shown.map(each => each.day)))
    const lines = shown.reduce((sum, each) => sum + each.wholeLineTokens, days)
    this.#needs_room = lines + this.#costs.block(RECALLED_HEADING, shown.length) > room
    if (this.#needs_room) return
    for (const each of usable) each.keepWhole()
  }

  #takeRound(
    memories: readonly Excerpt<RecalledMemory>[],
    quotes: readonly Excerpt<Quote>[],
    usable: readonly Excerpt<Quote>[],
  ): void {
    let [memory, quote] = [0, 0]
    let [forMemories, forQuotes] = [0, 0]
    while (!this.#isOver()) {
      const nextMemory = memories[memory]
      const nextQuote = quotes[quote]
      const turn = nextQuote === undefined || forMemories * QUOTES_SHARE <= forQuotes * (1 - QUOTES_SHARE)
      if (nextMemory !== undefined && turn) {
        memory++
        if (this.#isSaidInHistory(nextMemory)) {
          this.#quoted.add(nextMemory)
          forMemories += nextMemory.next().tokens
          continue
        }
        const own = nextMemory.isShown ? undefined : this.#ownWords(nextMemory, usable)
        if (own !== undefined) this.#quoted.add(nextMemory)
        if (own === undefined) forMemories += this.#take(nextMemory)
        else if (!own.isShown) forQuotes += this.#take(own)
      } else if (nextQuote !== undefined) {
        quote++
        // In the first round it may have been taken in place of a memory.
        if (!this.#isTakenEarly(nextQuote)) forQuotes += this.#take(nextQuote)
      } else return
    }
  }

  #isOver(): boolean {
    return this.#stopped !== undefined || (this.#past.full && (this.#session.full || this.#of_session.size === 0))
  }

  /** Whether the history shows a source of a memory that says everything the memory says. */
  #isSaidInHistory({ item, isShown }: Excerpt<RecalledMemory>): boolean {
    const { shown } = this.#running
    if (shown === undefined || isShown) return false
    return item.memory.sources.some(id => {
      const said = shown.get(id)
      return said !== undefined && this.#sayAll(item, said)
    })
  }

  /** Whether the source of a fact says everything that the fact says: “My sister” may be “she” there. */
  #sayAll({ memory }: RecalledMemory, { text, speaker }: Said): boolean {
    return memory.quote !== undefined && this.#words.sayAll(`${text} ${speaker ?? ''}`, memory.text, WHO_SAID_IT)
  }

  readonly #early = new Set<Excerpt<Quote>>()

  #isTakenEarly(excerpt: Excerpt<Quote>): boolean {
    return this.#early.delete(excerpt)
  }

  /** The quote of a source of the memory that says everything the memory says. */
  #ownWords({ item }: Excerpt<RecalledMemory>, quotes: readonly Excerpt<Quote>[]): Excerpt<Quote> | undefined {
    const own = quotes.find(each => {
      const { message_id, speaker } = each.item
      return item.memory.sources.includes(message_id) && this.#sayAll(item, { speaker, text: each.firstText })
    })
    if (own !== undefined && !own.isShown) this.#early.add(own)
    return own
  }

  /** Shows the next passage. @returns its tokens; 0 if it does not fit: then nothing more is taken. */
  #take(excerpt: Excerpt<RecalledMemory> | Excerpt<Quote>): number {
    const isInHistory = this.#isInHistory(excerpt)
    // Cutting a text into passages takes time.
    if (!isInHistory && this.#isFull(excerpt)) return 0
    const { tokens, line_tokens } = excerpt.next()
    if (isInHistory) {
      excerpt.takeNext()
      return tokens
    }
    const part = this.#partFor(excerpt, tokens)
    if (part.full) return 0
    const lines = this.#lines + line_tokens + this.#newDay(excerpt)
    const block = this.#costs.block(RECALLED_HEADING, this.#shownCount + (excerpt.isShown ? 0 : 1))
    if (lines + block > this.#budget.room) this.#stopped = this.#budget.room_reason ?? 'request_budget'
    else part.full = !this.#fits(part, tokens)
    if (part.full && this.#shownCount === 0) this.#takeBeginning(excerpt, this.#budget.room - block)
    if (part.full || this.#stopped !== undefined) return 0
    if (!excerpt.isShown) this.#shownCount++
    this.#days.add(excerpt.day)
    excerpt.takeNext()
    part.content += tokens
    this.#lines = lines
    return tokens
  }

  /** The best text is always shown, however small the budget: as much of its best passage as fits. */
  #takeBeginning(excerpt: Excerpt<RecalledMemory> | Excerpt<Quote>, room: number): void {
    const day = this.#newDay(excerpt)
    const { tokens, line_tokens } = excerpt.takeBeginning(this.#budget.content, room - day)
    this.#needs_room ||= !excerpt.isShown
    if (!excerpt.isShown) return
    this.#shownCount++
    this.#days.add(excerpt.day)
    this.#past.content += tokens
    this.#lines += line_tokens + day
  }

  /** Tokens of the line with the day of a text, unless another text of the day is shown. */
  #newDay({ day }: Excerpt<RecalledMemory> | Excerpt<Quote>): number {
    return this.#days.has(day) ? 0 : this.#costs.day(day)
  }

  /** A text of the running session takes from the additional tokens until one does not fit, then from those of all. */
  #partFor(excerpt: Excerpt<RecalledMemory> | Excerpt<Quote>, tokens: number): PartUse {
    if (!this.#of_session.has(excerpt) || this.#session.full) return this.#past
    if (this.#fits(this.#session, tokens)) return this.#session
    this.#session.full = true
    return this.#past
  }

  #isFull(excerpt: Excerpt<RecalledMemory> | Excerpt<Quote>): boolean {
    return this.#past.full && (this.#session.full || !this.#of_session.has(excerpt))
  }

  #fits(part: PartUse, tokens: number): boolean {
    return part.content + tokens <= this.#budget.content * part.share
  }

  #isInHistory({ item }: Excerpt<RecalledMemory> | Excerpt<Quote>): boolean {
    return 'message_id' in item && this.#running.shown?.has(item.message_id) === true
  }

  #decision(
    kind: 'memory' | 'quote',
    id: string,
    excerpt: Excerpt<RecalledMemory> | Excerpt<Quote>,
    quoted: boolean,
  ): PackedCandidate {
    if (this.#isInHistory(excerpt)) return { id, kind, tokens: excerpt.tokens, outcome: 'left', reason: 'in_history' }
    if (!excerpt.isShown) {
      const reason = quoted ? 'quoted' : (this.#stopped ?? 'recall_budget')
      return { id, kind, tokens: excerpt.tokens, outcome: 'left', reason }
    }
    const tokens = excerpt.shownLineTokens
    return excerpt.isWhole
      ? { id, kind, tokens, outcome: 'taken', reason: 'fits' }
      : { id, kind, tokens, outcome: 'shortened', reason: this.#stopped ?? 'recall_budget' }
  }
}

/** The packed texts without quotes of messages that the request shows anyway. */
export const withoutShown = (
  packed: PackedRecall,
  shown: ReadonlySet<MessageId>,
  costs: TokenCosts,
  zone: TimeZone,
): PackedRecall => {
  const quotes = packed.quotes.filter(({ message_id }) => !shown.has(message_id))
  if (quotes.length === packed.quotes.length) return packed
  const isShown = ({ id, kind, outcome }: PackedCandidate): boolean =>
    kind === 'quote' && outcome !== 'left' && shown.has(id)
  const lines = packed.candidates.filter(isShown).reduce((sum, { tokens }) => sum + tokens, 0)
  const before = packed.memories.length + packed.quotes.length
  const heading =
    costs.block(RECALLED_HEADING, before) - costs.block(RECALLED_HEADING, before - packed.quotes.length + quotes.length)
  const days = costs.days(daysOf(packed, zone)) - costs.days(daysOf({ memories: packed.memories, quotes }, zone))
  const candidates = once(() =>
    packed.candidates.map((each): PackedCandidate =>
      isShown(each) ? { ...each, outcome: 'left', reason: 'in_history' } : each,
    ),
  )
  return {
    memories: packed.memories,
    quoted: packed.quoted,
    quotes,
    tokens: packed.tokens - lines - heading - days,
    needs_room: packed.needs_room,
    get candidates() {
      return candidates()
    },
  }
}

/** The lines with the days of shown texts. */
const daysOf = ({ memories, quotes }: RecallCandidates, zone: TimeZone): ReadonlySet<string> =>
  new Set(
    [...memories.map(({ memory }) => memory.said_to), ...quotes.map(each => each.sent_at)].map(at => dayLine(at, zone)),
  )

/** Words with which facts refer to the speaker. */
const WHO_SAID_IT: ReadonlySet<string> = new Set(subjectStems('user speaker person asker משתמש דובר'))
