/** DeniDin's own messages to people in English. */
import { peopleCommands } from './en-people.ts'
import { BACKUP_ANSWERS } from './backup-answers.ts'
import { foundLines } from './found-lines.ts'
import { isMeasure } from '../../platform/measure-names.ts'
import { once } from '../../platform/once.ts'
import type { Complexity } from '../complexity/complexity.ts'
import { listedText, quotedText } from '../list-line.ts'
import { duration, many, MINUTE_SECONDS, waiting } from './english-counts.ts'
import type {
  AlertFigures,
  AlertStrings,
  AnyCommandStrings,
  BudgetFigures,
  CommandStrings,
  ReportStrings,
  SpentFigures,
  StatusFigures,
  Strings,
  UsedLimitFigures,
  WhyFigures,
} from './strings.ts'
import { writtenMoney } from './written-money.ts'
import { englishDay, timeOfDay, withWrittenDays, writtenZone } from './written-day.ts'

const SPEAKERS = {
  you: 'you said',
  others: 'someone else said',
  conversation: 'from a conversation',
  forwarded: 'forwarded',
}

const COMPLEXITY_WORDS: Readonly<Record<Complexity, string>> = {
  simple: 'a simple one',
  medium: 'an ordinary one',
  complex: 'a complex one',
  'multi-system': 'one about several systems',
}

/** Transcripts and summaries of conversations are the bot's words; people's words stay verbatim. */
const ownWords = ({ by, text }: { readonly by: WhyFigures['by']; readonly text: string }): string =>
  by === 'conversation' ? withWrittenDays(text, englishDay) : text

const PRIVACY_ON = 'Learning is on: I remember what matters from what you say. /privacy off turns it off.'
const PRIVACY_OFF =
  'Learning is off: from now on I take no facts from what you say, and neither summarise it nor find it again later. We can go on talking: the messages stay in the history of this conversation until you /forget them, and I see them while it lasts. What I already know stays. /privacy on turns learning on again.'

const HEARD = new Map([
  ['voice', 'voice messages'],
  ['audio', 'audio files'],
])
const SEEN = new Map([
  ['picture', 'pictures'],
  ['video', 'videos'],
  ['gif', 'GIFs'],
  ['sticker', 'stickers'],
])
const list = once(() => new Intl.ListFormat('en', { type: 'disjunction' }))

const PHONE_ONLY: Readonly<Record<string, string>> = {
  view_once: 'That message can be viewed once, on the phone only: I cannot open it here.',
  phone_only: 'That message can be shown on the phone only: I cannot open it here.',
}

const cannot_read = (kinds: readonly string[]): string => {
  const phone_only = kinds.map(kind => PHONE_ONLY[kind]).filter(sentence => sentence !== undefined)
  if (phone_only.length === kinds.length) return phone_only.join(' ')
  const [heard, seen] = [HEARD, SEEN].map(names => list().format(kinds.flatMap(kind => names.get(kind) ?? [])))
  const senses = [...(heard === '' ? [] : [`listen to ${heard ?? ''}`]), ...(seen === '' ? [] : [`see ${seen ?? ''}`])]
  return senses.length === 0
    ? 'Something arrived that I cannot read yet. Please tell me in words what it is about.'
    : `Thank you, it arrived. I cannot ${senses.join(' or ')} yet: please tell me in words what it is about.`
}

const LIMITS = {
  person_day: 'your allowance for today',
  day: 'the allowance that everyone shares today',
  month: 'the allowance that everyone shares this month',
}
const LIMIT_REACHED = {
  person_day: 'That is all for today: your allowance for the day is used up.',
  day: 'That is all for today: the allowance for the day, which everyone shares, is used up.',
  month: 'That is all for this month: the allowance for the month, which everyone shares, is used up.',
}

const STATES = { ok: 'all is well', degraded: 'works with limits', down: 'something is down' }

const storedLines = ({
  active_sessions,
  waiting_sessions,
  memories,
  waiting_messages,
}: Omit<StatusFigures, 'untried'>): readonly string[] =>
  active_sessions === null || waiting_sessions === null || memories === null || waiting_messages === null
    ? ['I cannot read what is stored.']
    : [
        `${many(active_sessions, 'conversation')} running, ${waiting_sessions.toLocaleString('en')} waiting to be remembered, ${many(memories, 'memory', 'memories')}.`,
        `${many(waiting_messages, 'message')} waiting.`,
      ]

/** `$0.12 and 3,400 tokens`, or only the tokens if nothing has a price. */
const spentText = ({ cost, tokens }: SpentFigures, currency: string | null): string => {
  const counted = many(tokens, 'token')
  return cost === null || currency === null ? counted : `${writtenMoney(cost, currency, 'en')} and ${counted}`
}

const LIMIT_PERIODS = { person_day: 'in a day', day: 'in a day', month: 'in a month' }

const limitText = (
  { limit, most_cost, most_tokens, used_percent }: UsedLimitFigures,
  currency: string | null,
): string => {
  const cost = (amount: number): string => (currency === null ? String(amount) : writtenMoney(amount, currency, 'en'))
  const amount = most_cost === null ? many(most_tokens ?? 0, 'token') : cost(most_cost)
  return `${amount} ${LIMIT_PERIODS[limit]} (${String(used_percent)} % used)`
}

const budgetReport = ({ currency, own, everyone }: BudgetFigures): string => {
  const limitsText = (limits: readonly UsedLimitFigures[]): string =>
    limits.map(each => limitText(each, currency)).join(', ')
  const lines: string[] = []
  if (own !== null) {
    lines.push(`You: ${spentText(own.today, currency)} today, ${spentText(own.month, currency)} this month.`)
    lines.push(own.limits.length === 0 ? 'No limit of your own.' : `Your limit: ${limitsText(own.limits)}.`)
  }
  if (everyone !== null) {
    const { today, month, limits, top } = everyone
    lines.push(`Everyone: ${spentText(today, currency)} today, ${spentText(month, currency)} this month.`)
    lines.push(limits.length === 0 ? 'No limit for all together.' : `Limits: ${limitsText(limits)}.`)
    if (top.length > 0) lines.push('Most this month:')
    for (const [at, each] of top.entries()) {
      lines.push(`${String(at + 1)}. ${each.name ?? 'someone'}: ${spentText(each, currency)}`)
    }
  }
  return lines.join('\n')
}

/** What is zero is not mentioned. */
const counted = (messages: number, memories: number): string =>
  [
    ...(messages > 0 || memories === 0 ? [many(messages, 'message')] : []),
    ...(memories > 0 ? [many(memories, 'memory', 'memories')] : []),
  ].join(' and ')

const commands: CommandStrings = {
  help: {
    help: 'this list',
    heading: 'You can simply write to me. I also know these commands:',
  },
  reset: {
    help: 'end this conversation, remember what it was about and start fresh',
    saved: 'Session reset! Previous conversation has been saved to long-term memory.',
    saved_later: 'Session reset! Previous conversation is kept and will be saved to long-term memory shortly.',
    not_saved: 'Session reset! Nothing was saved to long-term memory.',
    nothing: 'There is no conversation to reset: this is a fresh start already.',
  },
  memory: {
    help: 'what I remember about you, or about the words you add',
    list: (items, total, learn) =>
      [
        items.length === 0
          ? 'I found nothing that I remember.'
          : total > items.length
            ? `This is the newest of what I remember, ${String(items.length)} of ${total.toLocaleString('en')}:`
            : 'This is what I remember:',
        ...items.map(
          ({ number, by, said_on, in_group, text }) =>
            `${String(number)}. ${englishDay(said_on)}, ${SPEAKERS[by]}${in_group ? ' in a group' : ''}: ${listedText(ownWords({ by, text }))}`,
        ),
        ...(items.length === 0 ? [] : ['/forget and a number makes me forget that.']),
        ...(learn ? [] : [PRIVACY_OFF]),
      ].join('\n'),
  },
  search: {
    help: 'search the archive for words, a "phrase" or begin*',
    usage: 'Add what I should search for: /search invoice "last week"',
    found: messages =>
      messages.length === 0
        ? 'I found nothing in the archive.'
        : `Found in the archive:\n${foundLines(messages, englishDay)}`,
  },
  remember: {
    help: 'remember the text you add',
    usage: 'Add what I should remember, in at most 4,000 characters: /remember my sister is called Dana',
    done: text => `Remembered: ${text}`,
  },
  forget: {
    help: 'forget an entry of /memory by its number, the last thing you said (last), or everything (all)',
    usage:
      'Add what I should forget: a number from the list that /memory shows, “last” for the last thing you said, or “all”.',
    all_question:
      'I would forget everything I have stored about you: every message and every memory, in groups too. This cannot be undone. Answer “yes” within five minutes to go on.',
    done: ({ messages, memories, residue, index, quote, same_words }) =>
      [
        `Forgotten: ${counted(messages, memories)}${quote === null ? '' : `${messages + memories === 1 ? ':' : ', among them'} ${quotedText(quote)}`}.`,
        ...(residue > 0
          ? [
              `${many(residue, 'trace')} of it could not be removed yet. I try again every ten minutes until nothing is left.`,
            ]
          : index === 'done'
            ? [
                same_words === 0
                  ? 'I looked everywhere: nothing of it is left.'
                  : `Nothing of it is left, but ${many(same_words, 'other message or memory has', 'other messages or memories have')} the same words.`,
              ]
            : []),
        ...(index === 'later'
          ? ['My search index still has numbers made from it, but no words. They go as soon as it is available again.']
          : []),
      ].join(' '),
    nothing: 'I found nothing to forget. /memory shows what I remember, with numbers.',
    unknown: numbers => `Not found, or not yours alone to forget: ${numbers}.`,
    not_yours: 'That came from what others said too, so it is not yours alone to forget.',
  },
  export: {
    help: 'everything I have stored about you',
    time: time => `${englishDay(time)}, ${timeOfDay(time)}`,
    done: file =>
      `I wrote everything I have stored about you into a file. It is too long for this chat; ask my administrator for it: ${file}`,
  },
  why: {
    help: 'what my last reply was based on',
    basis: (items, replied, sympathy) => {
      if (!replied) return 'I have not answered anything here yet.'
      const lines = items.map(({ text, by, file, said_on, similarity, given_as }) => {
        const what =
          text === null || said_on === null
            ? '(forgotten since)'
            : `${file === null ? '' : `from the file ${file}, `}${englishDay(said_on)}${by === 'forwarded' ? `, ${SPEAKERS.forwarded}` : ''}: ${listedText(ownWords({ by, text }))}`
        const similar = similarity === null ? '' : ` (${String(Math.round(similarity * 100))} % similar)`
        return `- ${what}${given_as === 'profile' ? ' (I am given this with each of your messages)' : similar}`
      })
      return [
        ...(lines.length === 0
          ? ['My last reply was based on our conversation alone, on no memory.']
          : ['My last reply was based on these memories:', ...lines]),
        ...(sympathy ? ['Your message sounded sad or upset, so I was asked to answer with sympathy.'] : []),
      ].join('\n')
    },
    context: ({ need, complexity, raised, messages, shortened, left_out }) => {
      if (need === 'exchange') return 'Your message was small talk, so I looked at our last messages only.'
      const brief = shortened === 0 ? '' : `, ${many(shortened, 'older reply', 'older replies')} of mine in brief`
      const more = raised ? ' It needed more room than usual, and got it.' : ''
      const left =
        left_out === 0
          ? ''
          : ` There was no room for ${many(left_out, 'older message or memory', 'older messages or memories')}.`
      return `I took your message for ${COMPLEXITY_WORDS[complexity]} and looked at ${many(messages, 'message')} of this conversation${brief}.${left === '' ? more : left}`
    },
  },
  privacy: {
    help: 'whether I may learn from what you say (on or off)',
    usage: 'Write /privacy on or /privacy off. /privacy alone shows the current setting.',
    on: PRIVACY_ON,
    onWithoutMemory:
      'Learning is on, but my long-term memory is switched off here: I keep nothing of what you say beyond a conversation.',
    off: PRIVACY_OFF,
    offWithoutHistory:
      'Learning is off. My memory is switched off here anyway: I keep nothing of what you say, and answer each message by itself. /privacy on turns learning on again.',
  },
  lang: {
    help: 'the language of my own messages to you (en or he)',
    usage: 'Write /lang en for English or /lang he for Hebrew.',
    done: 'From now on, my own messages to you are in English.',
  },
  timezone: {
    help: 'your time zone, for "today" and "tomorrow"',
    usage: 'Write /timezone with a city or zone, such as /timezone Berlin, /timezone Asia/Jerusalem or /timezone +2.',
    done: (zone, local_time) => `Your time zone is ${writtenZone(zone)}: it is ${local_time} there now.`,
  },
  budget: { help: 'what you have used of models today and this month', report: budgetReport },
  pause: {
    help: 'only listen, here or in the conversation you name, until /resume',
    usage:
      'Write /pause alone for the conversation you write in, or add whose it is: a phone number that has written to me, or the chat id of a group.',
    done: (conversation, resume) => `I only listen now: ${conversation}. ${resume} ends the pause.`,
  },
  resume: {
    help: 'answer again, here or in the conversation you name',
    usage:
      'Write /resume alone for the conversation you write in, or add whose it is: a phone number that has written to me, or the chat id of a group.',
    done: (conversation, was_paused) =>
      was_paused ? `I answer again: ${conversation}.` : `There was no pause: ${conversation}.`,
  },
  backup: BACKUP_ANSWERS.en,
  status: {
    help: 'how I am doing',
    report: ({ untried = [], ...figures }) =>
      [
        `DeniDin ${figures.version}: ${figures.state === 'ok' && untried.length > 0 ? 'nothing is wrong that I know of' : STATES[figures.state]}.`,
        ...figures.troubles.map(({ name, detail }) => `- ${name}: ${detail}`),
        ...(untried.length === 0 ? [] : [`Not tried since the start: ${untried.join(', ')}.`]),
        `Up for ${duration(figures.uptime_seconds)}; memory is ${figures.memory_on ? 'on' : 'off'}.`,
        ...storedLines(figures),
        `Today ${many(figures.model_calls, 'call')} to models, ${many(figures.model_tokens, 'token')}.`,
      ].join('\n'),
  },
  ...peopleCommands,
}

const anyCommand: AnyCommandStrings = {
  unknown: (command, near) =>
    `I don't know the command ${command}. ${near === undefined ? '' : `Did you mean ${near}? `}/help lists all commands.`,
  admin_only: command => `${command} is for my administrator, in a direct chat. /help lists what you can do.`,
  direct_only: command => `${command} works only in a direct chat: here everyone would read the answer.`,
  confirm: summary => `To be sure: ${summary}. Answer “yes” within five minutes to go on.`,
  not_confirmed: 'All right, I leave it as it is.',
  withdrawn: 'That was no “yes” to my question, so I left everything as it is.',
  near_miss: command => `Did you mean ${command}? Answer “yes”, or write the command.`,
}

const IN_TROUBLE = { degraded: 'works with limits', down: 'is down' }
const WAS_IN_TROUBLE = { degraded: 'worked with limits', down: 'was down' }

const inTrouble = ({ component, state }: AlertFigures): string =>
  isMeasure(component) ? 'misses its limit' : IN_TROUBLE[state]
const wasInTrouble = ({ component, state }: AlertFigures): string =>
  isMeasure(component) ? 'missed its limit' : WAS_IN_TROUBLE[state]

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)

const alerts: AlertStrings = {
  began: figures => `⚠️ ${capital(figures.component)} ${inTrouble(figures)}: ${figures.reason}`,
  again: figures =>
    `⚠️ ${capital(figures.component)} ${inTrouble(figures)} again, and it comes and goes: ${figures.reason}`,
  ended: figures =>
    `✅ ${capital(figures.component)} is well again. It ${wasInTrouble(figures)} for ${duration(figures.lasted_seconds)}.`,
  passed: figures =>
    `✅ ${capital(figures.component)} ${wasInTrouble(figures)} for ${duration(figures.lasted_seconds)} and is well again. The reason was: ${figures.reason}`,
}

const MEASURES = { data: 'The data folder', patterns: 'The patterns of the agents' }

const reports: ReportStrings = {
  usage: ({ days, executions, avg_pct, exceeded, recommendations = 0 }) =>
    [
      executions === 0
        ? `📊 Budgets: no use in the last ${many(days, 'day')}.`
        : `📊 Budgets in the last ${many(days, 'day')}: ${many(executions, 'use')}, ${avg_pct.toFixed(1)}% on average, ${String(exceeded)} exceeded.`,
      ...(recommendations === 0 ? [] : [`${many(recommendations, 'recommendation')}: denidin budget recommend`]),
    ].join(' '),
  growth: ({ measure, days_left }) =>
    days_left === 0
      ? `📈 ${MEASURES[measure]} has reached its limit.`
      : `📈 ${MEASURES[measure]} will reach its limit in about ${many(days_left, 'day')}.`,
}

/** DeniDin's own messages in English. */
export const en: Strings = {
  commands,
  any_command: anyCommand,
  alerts,
  reports,
  answer_cut: '(My answer got too long and was cut off here. Write “go on” for more.)',
  beginning_read: characters =>
    `(Your message was too long for me: I read only its beginning, ${characters.toLocaleString('en')} characters.)`,
  model_unavailable:
    "I can't think of an answer right now: my language model does not respond. Please try again in a few minutes.",
  limit_reached: (limit, until) =>
    `${LIMIT_REACHED[limit]} I can answer again from ${timeOfDay(until)} on ${englishDay(until)}.`,
  limit_reached_anywhere: 'I cannot do that right now: the allowance is used up. Please try again tomorrow.',
  too_many_messages: seconds => `That was a lot at once. I have read it, and answer again in ${waiting(seconds)}.`,
  messages_used_up: until =>
    `That is all for today: you have written as many messages as I may answer in a day. I read on, and answer again from ${timeOfDay(until)} on ${englishDay(until)}.`,
  limit_near: (limit, percent) => `By the way: ${String(percent)} % of ${LIMITS[limit]} is used.`,
  model_filtered:
    'Sorry, the service behind me does not let me answer that message. Everything else works: just go on, or put it in other words.',
  model_rejected: "I can't answer: my language model refuses to work for me. My administrator has to look into it.",
  model_out_of_credit:
    "I can't answer right now: my account with the language model has no credit left. It is nothing that you did; my administrator has to look into it.",
  failure_reason: reason => `The reason: ${reason}.`,
  program_answers: minutes =>
    `It looks as if a program were answering me here, so I stop for ${duration(minutes * MINUTE_SECONDS)}. If you are a person, write “continue” and I go on.`,
  resume_words: ['continue', 'please continue', 'go on', 'please go on', 'resume', 'please resume'],
  let_in: 'Welcome! I answer you from now on. /help shows what I can do.',
  memory_disabled: 'My long-term memory is switched off.',
  busy: 'I am busy with that already. Please try again in a moment.',
  stopping: 'I am being restarted. Please try again in a minute.',
  restarted_before_answer: 'I was restarted before I could answer. Please send it again.',
  something_went_wrong:
    'Something went wrong on my side. Please try again; if it happens again, tell my administrator.',
  cannot_read,
  unreadable: 'Your last message reached me but could not be read. Please send it once more.',
}
