/** Amounts of money as whole numbers, so that sums are exact. */

/** Billionths of a currency unit. */
export type Amount = bigint

const AMOUNT_OF_ONE = 1_000_000_000n
const DECIMALS = 9

/** The amount of this many currency units, rounded to a billionth: `0.15` of a dollar. */
export const amountOf = (units: number): Amount => BigInt(units.toFixed(DECIMALS).replace('.', ''))

/** An amount in currency units. */
export const unitsOf = (amount: Amount): number =>
  Number(amount / AMOUNT_OF_ONE) + Number(amount % AMOUNT_OF_ONE) / Number(AMOUNT_OF_ONE)
