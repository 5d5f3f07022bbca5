/** How much a word says that many or few messages contain: the part of BM25 that recall and the archive share. */

/**
 * How rare a word is that `found` of `present` messages contain, with `prior` messages of everyday talk counted beside
 * them, of which `share` hold it. Source: Robertson and Zaragoza, 2009; the prior as in Dirichlet smoothing.
 */
export const rarity = (found: number, present: number, share: number, prior: number): number => {
  const expected = found + prior * share
  return Math.log(1 + (present + prior - expected + 0.5) / (expected + 0.5))
}
