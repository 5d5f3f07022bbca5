/** Finds the current price of a call in the operator's file, which is read again when it changes. */
import type { PlannedCall } from '../../models/meter.ts'
import type { Logger } from '../../platform/logger.ts'
import { OperatorFile, type ChangingFile } from '../../platform/operator-file.ts'
import { FREE, tariffOf, type Tariff } from './call-cost.ts'
import { NO_PRICES, type PriceList } from './price-list.ts'
import { readPriceList } from './read-prices.ts'

/** The properties of a call that determine its price. */
export type PricedCall = Pick<PlannedCall, 'kind' | 'provider' | 'model'>

/** The tariff that applies to a call. */
export interface AppliedPrice {
  readonly tariff: Tariff
  /** `undefined` for a local model, which is free in any currency. */
  readonly currency: string | undefined
}

/** The current prices, and their source. */
export interface PriceStatus {
  readonly currency: string | undefined
  readonly as_of: string | undefined
  /** The error in the current file; the last valid prices apply. */
  readonly problem: string | undefined
}

/** Knows what calls cost. */
export interface PriceBook {
  /** `undefined`: no price is known. */
  priceOf(call: PricedCall): AppliedPrice | undefined
  status(): PriceStatus
}

/** The provider of the built-in models: they are free, and no limit applies to them. */
export const OFFLINE = 'offline'
const FREE_ANYWHERE: AppliedPrice = { tariff: FREE, currency: undefined }

export interface FilePriceBookDeps {
  readonly file: ChangingFile
  readonly logger: Logger
}

/** The price book of a file. If there is any price at all, it logs once per model that the model has no price. */
export class FilePriceBook implements PriceBook {
  readonly #file: OperatorFile<PriceList>
  readonly #logger: Logger
  readonly #unpriced = new Set<string>()

  constructor({ file, logger }: FilePriceBookDeps) {
    this.#logger = logger.for('usage')
    this.#file = new OperatorFile({ file, parse: readPriceList, content: 'prices', logger: this.#logger })
  }

  priceOf(call: PricedCall): AppliedPrice | undefined {
    if (call.provider === OFFLINE) return FREE_ANYWHERE
    const prices = this.#prices
    const price = prices.priceOf(call)
    const tariff = price === undefined ? undefined : tariffOf(price, call.kind)
    if (tariff !== undefined) return { tariff, currency: prices.currency }
    if (!prices.isEmpty) this.#warn(call)
    return undefined
  }

  status(): PriceStatus {
    const { currency, as_of } = this.#prices
    return { currency, as_of, problem: this.#file.current().problem }
  }

  /** @throws DenidinError `invalid_config` if there is a file and it is invalid */
  check(): void {
    this.#file.check()
  }

  get #prices(): PriceList {
    return this.#file.current().values ?? NO_PRICES
  }

  #warn({ kind, provider, model }: PricedCall): void {
    const key = `${kind} ${provider} ${model}`
    if (this.#unpriced.has(key)) return
    this.#unpriced.add(key)
    this.#logger.warn('A model has no price; its calls are recorded without a cost', { kind, provider, model })
  }
}

/** Only local models have a price. */
export const noPrices: PriceBook = {
  priceOf: ({ provider }) => (provider === OFFLINE ? FREE_ANYWHERE : undefined),
  status: () => ({ currency: undefined, as_of: undefined, problem: undefined }),
}
