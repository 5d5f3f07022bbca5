/**
 * The neighbourhood of each message of a scope: its conversation, its burst, and the windows that are read together
 * with it.
 */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'

/** After this much silence, a new conversation begins. */
const SESSION_GAP_SECONDS = (6 * HOUR_MS) / SECOND_MS
/** After this much silence, the same speaker begins a new burst. */
const BURST_GAP_SECONDS = (15 * MINUTE_MS) / SECOND_MS

/** How many bursts before and after that of a message are read together with it. */
export const NEAR_RADIUS = 2
export const WIDE_RADIUS = 4
/**
 * The number of messages on each side of a window is limited to this many per burst, so that someone who sends a line
 * per thought does not fill a window.
 */
const MESSAGES_PER_BURST = 2

/** For each ordinal: the messages that are read together with it. */
export interface Windows {
  /** How many messages of the window come before and after the message itself. */
  readonly before: Uint8Array
  readonly after: Uint8Array
  /** How many words the whole window contains. */
  readonly lengths: Uint32Array
  /** Mean number of words of a window. */
  readonly average: number
}

/** Data about every message of a scope, by ordinal, that is derived from who wrote and when. */
export interface Neighbourhoods {
  /** First and last ordinal of the conversation that a message belongs to. */
  readonly session_first: Uint32Array
  readonly session_last: Uint32Array
  /** First ordinal of the burst that a message belongs to: consecutive messages of one speaker. */
  readonly burst_first: Uint32Array
  readonly near: Windows
  readonly wide: Windows
}

/** The data from which neighbourhoods are computed, by ordinal. */
interface Written {
  readonly seconds: Uint32Array
  readonly speakers: Uint16Array
  readonly lengths: Uint16Array
  /** Whether the message still exists. */
  readonly isPresent: (at: number) => boolean
  /** How many messages exist. */
  readonly present: number
}

/** Groups the messages of a scope, which are in the order of their arrival. */
export const neighbourhoodsOf = (written: Written): Neighbourhoods => {
  const { session_first, burst_first, bursts } = groupsOf(written)
  const session_last = lastOf(session_first)
  const sums = prefixSums(written.lengths)
  const windowsOf = (radius: number): Windows => {
    const inside = (from: number, to: number): boolean =>
      to - from <= radius * MESSAGES_PER_BURST &&
      (bursts[to] ?? 0) - (bursts[from] ?? 0) <= radius &&
      session_first[from] === session_first[to]
    return windows(sums, inside, written.present)
  }
  return { session_first, session_last, burst_first, near: windowsOf(NEAR_RADIUS), wide: windowsOf(WIDE_RADIUS) }
}

/**
 * The neighbourhoods after messages were added at the end: only those of the last conversation can differ from before.
 * @param before neighbourhoods of the messages without the added ones
 */
export const extendedNeighbourhoods = (before: Neighbourhoods, written: Written): Neighbourhoods => {
  const { seconds, speakers, lengths, present } = written
  const size = seconds.length
  const first = before.session_first.at(-1) ?? 0
  const last = neighbourhoodsOf({
    seconds: seconds.subarray(first),
    speakers: speakers.subarray(first),
    lengths: lengths.subarray(first),
    isPresent: at => written.isPresent(first + at),
    present,
  })
  const places = (head: Uint32Array, tail: Uint32Array): Uint32Array =>
    withEnd(
      new Uint32Array(size),
      head,
      tail.map(at => first + at),
    )
  const joined = (head: Windows, tail: Windows): Windows => {
    const whole = withEnd(new Uint32Array(size), head.lengths, tail.lengths)
    return {
      before: withEnd(new Uint8Array(size), head.before, tail.before),
      after: withEnd(new Uint8Array(size), head.after, tail.after),
      lengths: whole,
      average: averageOf(whole, present),
    }
  }
  return {
    session_first: places(before.session_first, last.session_first),
    session_last: places(before.session_last, last.session_last),
    burst_first: places(before.burst_first, last.burst_first),
    near: joined(before.near, last.near),
    wide: joined(before.wide, last.wide),
  }
}

/** An array with the beginning of the given array, as far as it goes, and a new end. */
export const withEnd = <List extends Uint8Array | Uint16Array | Uint32Array>(
  array: List,
  beginning: List,
  end: List,
): List => {
  const from = array.length - end.length
  array.set(beginning.subarray(0, from))
  array.set(end, from)
  return array
}

/** Mean number of words of all messages or windows, without removed messages; at least 1. */
export const averageOf = (lengths: Uint16Array | Uint32Array, present: number): number => {
  let words = 0
  // By position: iterating over a typed array makes an object for each of its numbers.
  for (let at = 0; at < lengths.length; at++) words += lengths[at] ?? 0
  return present === 0 ? 1 : Math.max(1, words / present)
}

/** Conversations and bursts; a removed message belongs to those of the message before it. */
const groupsOf = ({ seconds, speakers, isPresent }: Written) => {
  const size = seconds.length
  const session_first = new Uint32Array(size)
  const burst_first = new Uint32Array(size)
  /** Number of the burst. */
  const bursts = new Uint32Array(size)
  let session = 0
  let burst = 0
  let number = 0
  let last: number | undefined
  for (let at = 0; at < size; at++) {
    if (isPresent(at)) {
      const silence = last === undefined ? 0 : Math.abs((seconds[at] ?? 0) - (seconds[last] ?? 0))
      if (silence > SESSION_GAP_SECONDS) session = at
      if (last !== undefined && (silence > BURST_GAP_SECONDS || speakers[at] !== speakers[last])) {
        burst = at
        number++
      }
      last = at
    }
    session_first[at] = session
    burst_first[at] = burst
    bursts[at] = number
  }
  return { session_first, burst_first, bursts }
}

/** The last ordinal of each group, from the first ones. */
const lastOf = (first: Uint32Array): Uint32Array => {
  const last = new Uint32Array(first.length)
  for (let at = first.length - 1; at >= 0; at--) {
    last[at] = first[at + 1] === first[at] ? (last[at + 1] ?? at) : at
  }
  return last
}

/** For each message, the total number of words of all messages before it. */
const prefixSums = (lengths: Uint16Array): Uint32Array => {
  const sums = new Uint32Array(lengths.length + 1)
  for (let at = 0; at < lengths.length; at++) sums[at + 1] = (sums[at] ?? 0) + (lengths[at] ?? 0)
  return sums
}

/** @param inside whether two messages are in each other's window; if so, all messages between them are too */
const windows = (sums: Uint32Array, inside: (from: number, to: number) => boolean, present: number): Windows => {
  const size = sums.length - 1
  const before = new Uint8Array(size)
  const after = new Uint8Array(size)
  const lengths = new Uint32Array(size)
  for (let at = 0, from = 0, to = 0; at < size; at++) {
    while (!inside(from, at)) from++
    to = Math.max(to, at)
    while (to + 1 < size && inside(at, to + 1)) to++
    before[at] = at - from
    after[at] = to - at
    lengths[at] = (sums[to + 1] ?? 0) - (sums[from] ?? 0)
  }
  return { before, after, lengths, average: averageOf(lengths, present) }
}
