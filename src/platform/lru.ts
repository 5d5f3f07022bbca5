/** Caches that keep the entries that were used last. */
import { LRUCache } from 'lru-cache'

/**
 * A cache of at most `most` entries; a new one replaces the one that was not used for the longest time. It takes memory
 * as it fills: with the package's own `max`, a cache reserves about 30 bytes for each possible entry at once, which was
 * 3.5 MB for all caches of a bot.
 */
export const lru = <K extends string | number, V extends string | number | boolean | object>(
  most: number,
): LRUCache<K, V> => new LRUCache<K, V>({ maxSize: most, sizeCalculation: oneEntry })

const oneEntry = (): number => 1
