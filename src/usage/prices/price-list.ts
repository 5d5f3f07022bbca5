/** The operator's model prices, and which of them applies to a model by its name. */
import { lru } from '../../platform/lru.ts'
import type { Amount } from './amount.ts'

/** Prices of one model. Anything the model cannot do has no price. */
export interface ModelPrice {
  /** Per million tokens of a request. */
  readonly input?: Amount | undefined
  /** The same for tokens that the provider reads from its cache; if omitted, they cost as much as others. */
  readonly cached_input?: Amount | undefined
  /** Per million tokens of an answer. */
  readonly output?: Amount | undefined
  /** Per million embedded tokens; if omitted, `input`. */
  readonly embedding?: Amount | undefined
  /** Per call, regardless of its size: many re-rankers charge per search. */
  readonly request?: Amount | undefined
  readonly image?: Amount | undefined
  readonly audio_minute?: Amount | undefined
}

/** Prices by the names of models, all in one currency. */
export interface Prices {
  /** ISO 4217, such as `USD`; `undefined` if there is no price. */
  readonly currency: string | undefined
  /** The day from which the prices apply, `YYYY-MM-DD`, as the operator wrote it. */
  readonly as_of: string | undefined
  /** Name, or pattern with `*` → price. */
  readonly models: Readonly<Record<string, ModelPrice>>
}

/** A model as calls name it. */
export interface PricedModel {
  readonly provider: string
  readonly model: string
}

/**
 * Name suffixes that stand for the same model at the same price: a day (`-2024-07-18`, `-20240718`, `@20240718`), a
 * month and a day or a year and a month (`-0613`, `-2411`), a release number (`-001`), and `-latest`.
 */
const RELEASE =
  /[-@](?:20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|2\d(?:0[1-9]|1[0-2])|0\d\d|latest)$/

const MOST_NAMES = 1000

/** Finds prices by model name. */
export class PriceList {
  readonly currency: string | undefined
  readonly as_of: string | undefined
  readonly #exact: ReadonlyMap<string, ModelPrice>
  /** The longest pattern first, because it is the most specific. */
  readonly #patterns: readonly (readonly [Pattern, ModelPrice])[]
  readonly #found = lru<string, { readonly price: ModelPrice | undefined }>(MOST_NAMES)

  constructor({ currency, as_of, models }: Prices) {
    this.currency = currency
    this.as_of = as_of
    const named = Object.entries(models).map(([name, price]) => [name.toLowerCase(), price] as const)
    this.#exact = new Map(named.filter(([name]) => !name.includes('*')))
    this.#patterns = named
      .filter(([name]) => name.includes('*'))
      .sort(([a], [b]) => b.length - a.length || a.localeCompare(b))
      .map(([name, price]) => [name.split('*'), price] as const)
  }

  /** Whether the operator gave any price. */
  get isEmpty(): boolean {
    return this.#exact.size === 0 && this.#patterns.length === 0
  }

  /**
   * The price of a model: that of its name; of its name without the release; of the longest matching pattern. A name in
   * the list may be the model alone, or `provider/model`.
   */
  priceOf({ provider, model }: PricedModel): ModelPrice | undefined {
    const key = `${provider}/${model}`.toLowerCase()
    const known = this.#found.get(key)
    if (known !== undefined) return known.price
    const names = [key, model.toLowerCase()]
    const price =
      this.#exactOf(names) ?? this.#exactOf(names.map(name => name.replace(RELEASE, ''))) ?? this.#patternOf(names)
    this.#found.set(key, { price })
    return price
  }

  #exactOf(names: readonly string[]): ModelPrice | undefined {
    return names.map(name => this.#exact.get(name)).find(price => price !== undefined)
  }

  #patternOf(names: readonly string[]): ModelPrice | undefined {
    return this.#patterns.find(([pattern]) => names.some(name => matches(name, pattern)))?.[1]
  }
}

/** The pieces of a pattern between its stars. */
type Pattern = readonly string[]

/** Whether a name matches a pattern. Each piece is searched for after the previous one, in linear time. */
const matches = (name: string, [beginning = '', ...others]: Pattern): boolean => {
  const end = others.pop() ?? ''
  if (!name.startsWith(beginning) || !name.endsWith(end)) return false
  let at = beginning.length
  for (const piece of others) {
    const found = name.indexOf(piece, at)
    if (found === -1) return false
    at = found + piece.length
  }
  return at <= name.length - end.length
}

/** No price is known. */
export const NO_PRICES = new PriceList({ currency: undefined, as_of: undefined, models: {} })
