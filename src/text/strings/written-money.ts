/** Writes amounts of money for people. */

/** Decimal places of small amounts: a single call costs less than a hundredth of a unit. */
const MOST_DIGITS = 4
const LEAST_SHOWN = 0.0001

/** `$1.25`, `$0.0032`, in Hebrew `‏1.25 $`; for amounts below the shown places: `<$0.0001`. */
export const writtenMoney = (amount: number, currency: string, locale: string): string => {
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: amount >= 1 ? 2 : MOST_DIGITS,
  })
  return amount > 0 && amount < LEAST_SHOWN ? `<${format.format(LEAST_SHOWN)}` : format.format(amount)
}
