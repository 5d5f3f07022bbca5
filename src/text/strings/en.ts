import { listedDay, listedText } from '../list-line.ts'
import type { Strings } from './strings.ts'

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

const SPEAKERS = { you: 'you said', others: 'somebody said', conversation: 'from a conversation' }

const PRIVACY_ON = 'Learning is on: I remember what matters of what you say. /privacy off ends that.'
const PRIVACY_OFF =
  'Learning is off: we go on talking, and nothing that you say from now on is remembered for later. What I know already stays until you /forget it. /privacy on starts again.'

const STATES = { ok: 'all is well', degraded: 'works with limits', down: 'something is down', off: 'off' }

export const en: Strings = {
  help_heading: 'You can simply write to me. I also know these commands:',
  help_reset: 'end this conversation, remember what it was about and start fresh',
  help_status: 'how I am doing',
  help_pause: 'only listen here, or in the conversation you name, until /resume',
  help_resume: 'answer here, or in the conversation you name, again',
  help_memory: 'what I remember of you, or of the words you add',
  help_remember: 'remember what you write behind it',
  help_forget: 'forget a number of /memory, the last thing you said (last), or everything (all)',
  help_export: 'everything that is held about you',
  help_why: 'what my last reply was based on',
  help_privacy: 'whether I may learn from what you say (on or off)',
  help_lang: 'the language that I speak to you (en or he)',
  help_help: 'this list',
  unknown_command: (command, near) =>
    `I don't know the command ${command}. ${near === undefined ? '' : `Did you mean ${near}? `}/help lists all commands.`,
  admin_only: command => `${command} is for my administrator, in a direct chat. /help lists what you can do.`,
  direct_only: command => `${command} is for a direct chat: here everybody would read it.`,
  confirm: summary => `To be sure: ${summary}. Answer “yes” within five minutes to go on.`,
  not_confirmed: 'All right, I leave it as it is.',
  memory_list: (items, learn) =>
    [
      items.length === 0 ? 'I found nothing that I remember.' : 'This is what I remember:',
      ...items.map(
        ({ number, by, said_at, in_group, text }) =>
          `${String(number)}. ${listedDay(said_at)}, ${SPEAKERS[by]}${in_group ? ' in a group' : ''}: ${listedText(text)}`,
      ),
      ...(items.length === 0 ? [] : ['/forget and a number makes me forget that.']),
      ...(learn ? [] : [PRIVACY_OFF]),
    ].join('\n'),
  remembered: text => `Remembered: ${text}`,
  usage_remember: 'Write what I am to remember behind it: /remember my sister is called Dana',
  usage_forget:
    'Write what I am to forget behind it: a number of the list that /memory shows, “last” for the last thing you said, or “all”.',
  forget_all_question:
    'I would forget everything that I hold about you: every message, every memory, in groups too. Nobody can undo that. Answer “yes” within five minutes to go on.',
  forgotten: ({ messages, memories, residue, index }) =>
    [
      `Forgotten: ${many(messages, 'message')} and ${many(memories, 'memory', 'memories')}.`,
      ...(residue === 0
        ? ['I looked everywhere: nothing of it is left.']
        : [`${many(residue, 'trace')} of it could not be removed; my administrator has to look into it.`]),
      ...(index === 'later' ? ['My search index lets go of it as soon as it is back.'] : []),
    ].join(' '),
  forget_nothing: 'I found nothing to forget there. /memory shows what I remember, with numbers.',
  forget_not_yours: 'That came from what others said too, so it is not yours alone to forget.',
  exported: file =>
    `I wrote everything that I hold about you into a file. It is too long for this chat; my administrator can hand it over: ${file}`,
  why: (items, replied, sympathy) => {
    if (!replied) return 'I have not answered anything here yet.'
    const lines = items.map(({ text, said_at, similarity, given_as }) => {
      const what = text === null ? '(forgotten since)' : `${listedDay(said_at)}: ${listedText(text)}`
      const similar = similarity === null ? '' : ` (${String(Math.round(similarity * 100))} % similar)`
      return `- ${what}${given_as === 'profile' ? ' (I am given this with every message of yours)' : similar}`
    })
    return [
      ...(lines.length === 0
        ? ['My last reply was based on our conversation alone, on no memory.']
        : ['My last reply was given these memories:', ...lines]),
      ...(sympathy ? ['Your message sounded sad or upset, so I was asked to answer with sympathy.'] : []),
    ].join('\n')
  },
  privacy_on: PRIVACY_ON,
  privacy_off: PRIVACY_OFF,
  usage_privacy: 'Write /privacy on or /privacy off; /privacy alone shows what holds.',
  language_fixed: 'From now on my own sentences to you are in English.',
  usage_lang: 'Write /lang en for English or /lang he for Hebrew.',
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
