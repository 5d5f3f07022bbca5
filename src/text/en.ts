import type { Sentences } from './sentences.ts'

const MINUTE_SECONDS = 60
const HOUR_SECONDS = 60 * MINUTE_SECONDS
const DAY_SECONDS = 24 * HOUR_SECONDS

const many = (count: number, one: string, several = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : several}`

const duration = (seconds: number): string => {
  if (seconds < MINUTE_SECONDS) return 'less than a minute'
  if (seconds < HOUR_SECONDS) return many(Math.floor(seconds / MINUTE_SECONDS), 'minute')
  if (seconds < DAY_SECONDS) return many(Math.floor(seconds / HOUR_SECONDS), 'hour')
  return many(Math.floor(seconds / DAY_SECONDS), 'day')
}

const STATES = { ok: 'all is well', degraded: 'works with limits', down: 'something is down', off: 'off' }

export const en: Sentences = {
  help_heading: 'You can simply write to me. I also know these commands:',
  help_reset: 'end this conversation, remember what it was about and start fresh',
  help_status: 'how I am doing',
  help_pause: 'only listen here, or in the conversation you name, until /resume',
  help_resume: 'answer here, or in the conversation you name, again',
  help_help: 'this list',
  unknown_command: (command, near) =>
    `I don't know the command ${command}. ${near === undefined ? '' : `Did you mean ${near}? `}/help lists all commands.`,
  admin_only: command => `${command} is for my administrator, in a direct chat. /help lists what you can do.`,
  reset_saved: 'Session reset! Previous conversation has been saved to long-term memory.',
  reset_saved_later: 'Session reset! Previous conversation is kept and will be saved to long-term memory shortly.',
  reset_not_saved: 'Session reset! Nothing was saved to long-term memory.',
  reset_nothing: 'There is no conversation to reset: we are starting fresh already.',
  paused: conversation => `I only listen now: ${conversation}. /resume ends it.`,
  resumed: (conversation, was_paused) =>
    was_paused ? `I answer again: ${conversation}.` : `There was no pause: ${conversation}.`,
  status: figures =>
    [
      `DeniDin ${figures.version}: ${STATES[figures.state]}.`,
      ...figures.troubles.map(({ name, detail }) => `- ${name}: ${detail}`),
      `Up for ${duration(figures.uptime_seconds)}; memory is ${figures.memory_on ? 'on' : 'off'}.`,
      `${many(figures.active_sessions, 'conversation')} running, ${figures.waiting_sessions.toLocaleString('en')} waiting to be remembered, ${many(figures.memories, 'memory', 'memories')}.`,
      `${many(figures.waiting_messages, 'message')} waiting.`,
      `Today ${many(figures.model_calls, 'call')} to models, ${many(figures.model_tokens, 'token')}.`,
    ].join('\n'),
  model_unavailable:
    "I can't think of an answer right now: my language model does not respond. Please try again in a few minutes.",
  model_rejected: "I can't answer: my language model refuses to work for me. My administrator has to look into it.",
  memory_disabled: 'My long-term memory is switched off.',
  busy: 'I am busy with that already. Please try again in a moment.',
  stopping: 'I am being restarted. Please try again in a minute.',
  restarted_before_answer: 'I was restarted before I could answer. Please send it again.',
  unreadable: 'Your last message reached me but could not be read. Please send it once more.',
  something_went_wrong:
    'Something went wrong on my side. Please try again; if it happens again, tell my administrator.',
}
