/** Calculates the cost of a call: the tariff that applies to it, times its usage. */
import type { TokenUsage } from '../../models/language-model.ts'
import type { PlannedCall } from '../../models/meter.ts'
import { unitsOf, type Amount } from './amount.ts'
import type { ModelPrice } from './price-list.ts'

/** The billable usage of a call. */
export interface Consumption extends TokenUsage {
  readonly images?: number
  readonly audio_seconds?: number
}

/** The prices of a model that apply to one kind of call. */
export interface Tariff {
  /** Per million tokens. */
  readonly input: Amount
  readonly cached_input: Amount
  readonly output: Amount
  readonly request: Amount
  readonly image: Amount
  readonly audio_minute: Amount
}

const TOKENS_OF_PRICE = 1_000_000n
const MINUTE_SECONDS = 60n
/** A higher cost is an error in a count or a price; it could not be represented exactly as a number. */
const MOST = BigInt(Number.MAX_SAFE_INTEGER)

export const FREE: Tariff = {
  input: 0n,
  cached_input: 0n,
  output: 0n,
  request: 0n,
  image: 0n,
  audio_minute: 0n,
}

/** The tariff of one kind of call; `undefined` if the prices do not cover it: an embedding price covers no answers. */
export const tariffOf = (price: ModelPrice, kind: PlannedCall['kind']): Tariff | undefined => {
  const { request = 0n, image = 0n, audio_minute = 0n } = price
  const input = kind === 'embedding' ? (price.embedding ?? price.input) : price.input
  // A call with a flat price needs no price per token.
  const byCall = price.request !== undefined
  if (input === undefined && !byCall) return undefined
  if (kind === 'completion' && price.output === undefined && !byCall) return undefined
  const { cached_input = input ?? 0n, output = 0n } = price
  return {
    input: input ?? 0n,
    cached_input: kind === 'embedding' ? (input ?? 0n) : cached_input,
    output: kind === 'completion' ? output : 0n,
    request,
    image,
    audio_minute,
  }
}

/** The cost of a call, rounded up to a billionth. */
export const costOf = (tariff: Tariff, taken: Consumption): Amount => {
  const { input_tokens, output_tokens, cached_tokens = 0, images = 0, audio_seconds = 0 } = taken
  const cached = BigInt(Math.min(cached_tokens, input_tokens))
  const tokens =
    (BigInt(input_tokens) - cached) * tariff.input +
    cached * tariff.cached_input +
    BigInt(output_tokens) * tariff.output
  const audio = BigInt(Math.ceil(audio_seconds)) * tariff.audio_minute
  const cost =
    tariff.request +
    BigInt(images) * tariff.image +
    roundedUp(tokens, TOKENS_OF_PRICE) +
    roundedUp(audio, MINUTE_SECONDS)
  return cost > MOST ? MOST : cost
}

const roundedUp = (amount: Amount, divisor: bigint): Amount => (amount + divisor - 1n) / divisor

/** The tariff as it is stored beside the cost: its prices other than 0, in currency units. */
export const writtenTariff = (tariff: Tariff): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries<Amount>({ ...tariff })
        .filter(([, price]) => price !== 0n)
        .map(([name, price]) => [name, unitsOf(price)]),
    ),
  )
