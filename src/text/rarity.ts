/** How informative a word is, by how many messages contain it: the part of BM25 that recall and the archive share. */

/**
 * The rarity of a word that `found` of `present` messages contain. `prior` messages of everyday conversation are
 * counted as well, of which the share `share` contains the word. Source: Robertson and Zaragoza, 2009; the prior as in
 * Dirichlet smoothing.
 */
export const rarity = (found: number, present: number, share: number, prior: number): number => {
  const expected = found + prior * share
  return Math.log(1 + (present + prior - expected + 0.5) / (expected + 0.5))
}
