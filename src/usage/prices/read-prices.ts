/** Reads the prices that an operator wrote, and checks them. */
import { z } from 'zod'
import { brokenFile, readJsonWithComments } from '../../platform/json-with-comments.ts'
import { amountOf } from './amount.ts'
import { PriceList, type ModelPrice } from './price-list.ts'

/**
 * A larger amount suggests the wrong currency unit; within the limit, amounts of single calls stay integers that
 * programs can represent.
 */
const MOST_UNITS = 1_000_000
const PRICE = `must be a number from 0 to ${MOST_UNITS.toLocaleString('en')}`
const CURRENCY = 'must be the code of a currency, such as "USD"'
const DAY = 'must be a day, such as "2026-11-29"'

const price = z.number(PRICE).min(0, PRICE).max(MOST_UNITS, PRICE).transform(amountOf).optional()

const model = z.strictObject({
  input: price,
  cached_input: price,
  output: price,
  embedding: price,
  request: price,
  image: price,
  audio_minute: price,
})

const FILE = z.strictObject({
  currency: z
    .string(CURRENCY)
    .regex(/^[A-Za-z]{3}$/, CURRENCY)
    .transform(code => code.toUpperCase())
    .optional(),
  as_of: z.iso.date(DAY).optional(),
  models: z.record(z.string(), model).default({}),
})

/**
 * Reads the text of a price file: JSON with comments.
 * @param source names the file in errors
 * @throws DenidinError `invalid_config` with the line and the reason
 */
export const readPriceList = (text: string, source: string): PriceList => {
  const file = { text, source }
  const { currency, as_of, models } = readJsonWithComments(file, FILE, ([section]) =>
    section === 'models' ? Object.keys(model.shape) : Object.keys(FILE.shape),
  )
  const names = Object.keys(models)
  if (names.length > 0 && currency === undefined) {
    throw brokenFile(file, ['models'], 'needs "currency" beside it, such as "USD": prices are in one currency')
  }
  for (const name of names) {
    const reason = faultOf(models[name] ?? {})
    if (reason !== undefined) throw brokenFile(file, ['models', name], reason)
    if (name.trim() !== name || name === '') {
      throw brokenFile(file, ['models', name], 'must be the name of a model, without spaces around it')
    }
  }
  const twice = names.find((name, at) => names.findIndex(each => each.toLowerCase() === name.toLowerCase()) < at)
  if (twice !== undefined) throw brokenFile(file, ['models', twice], 'is there twice, once in other letters')
  return new PriceList({ currency, as_of, models })
}

const faultOf = ({ input, cached_input, output, ...others }: ModelPrice): string | undefined => {
  if (output !== undefined && input === undefined) return 'has a price for output and needs one for input'
  if (cached_input !== undefined && input === undefined) return 'has a price for cached_input and needs one for input'
  const prices = [input, output, ...Object.values(others)]
  return prices.some(each => each !== undefined) ? undefined : 'has no price; a free model has the price 0'
}
