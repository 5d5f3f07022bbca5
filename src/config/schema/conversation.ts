/** When and how fast replies are sent (`conversation`). */
import type { Section } from '../setting.ts'

const PACING = {
  characters_per_second: {
    format: 'number',
    default: 50,
    min: 0,
    max: 1000,
    doc: 'Simulated typing speed. A reply is delayed until typing it would have been finished, counted from the moment DeniDin started on it; 0 disables the delay. The terminal chat is never delayed.',
  },
  longest_pause_seconds: {
    format: 'number',
    default: 5,
    min: 0,
    max: 120,
    doc: 'Maximum simulated typing time of one message, in seconds; 0 disables the delay.',
  },
  chat_gap_ms: {
    format: 'integer',
    default: 1000,
    min: 0,
    max: 60_000,
    doc: 'Minimum time between two messages sent to the same chat, in milliseconds; 0 disables the gap.',
  },
  global_gap_ms: {
    format: 'integer',
    default: 200,
    min: 0,
    max: 60_000,
    doc: 'Minimum time between any two messages sent, across all chats, in milliseconds; 0 disables the gap.',
  },
  jitter: {
    format: 'number',
    default: 0.3,
    min: 0,
    max: 5,
    doc: 'Random extension of each of these times, as a fraction: 0.3 adds up to 30 %, 0 adds nothing.',
  },
} as const satisfies Section

export const CONVERSATION = {
  debounce_ms: {
    format: 'integer',
    default: 1000,
    min: 0,
    max: 10_000,
    doc: 'Combine messages in the same chat that arrive within this many milliseconds of each other into one reply; 0 does not wait for more messages.',
  },
  max_concurrent_turns: {
    format: 'integer',
    default: 8,
    min: 1,
    max: 64,
    doc: 'Maximum number of replies in progress at once, across all chats.',
  },
  pacing: PACING,
  quiet_hours: {
    format: 'time_range',
    default: null,
    doc: 'Daily hours without replies, such as `23:00-07:00`. Messages that arrive meanwhile are answered afterwards, in order. In a direct chat the godfather is answered at any hour. Not set: no quiet hours.',
  },
  answer_within_hours: {
    format: 'number',
    default: 24,
    min: 0.01,
    max: 8760,
    doc: 'Maximum age of a message that still gets a reply, in hours. Older messages found after downtime are stored but not answered, and replies that could not be sent within this time are dropped.',
  },
  bot_loop_minutes: {
    format: 'integer',
    default: 60,
    min: 0,
    max: 10_080,
    doc: 'When another program answers the bot, the bot only listens to it for this many minutes, and for twice as long each further time within a day; 0 disables this. The godfather and the terminal chat are never stopped.',
  },
  takeover_minutes: {
    format: 'integer',
    default: 60,
    min: 0,
    max: 10_080,
    doc: 'When you, the account owner, write in a chat by hand, the bot only listens there for this many minutes; 0 disables this takeover.',
  },
} as const satisfies Section
