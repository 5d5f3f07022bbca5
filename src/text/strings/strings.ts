/** The messages that DeniDin sends in its own words: the interface that each language implements. */
import type { FoundLine } from './found-lines.ts'
import type { Complexity } from '../complexity/complexity.ts'
import type { CalendarDay, CalendarTime } from './written-day.ts'

/** Figures behind `/status`. */
export interface StatusFigures {
  readonly version: string
  /** Worst state of any component. */
  readonly state: 'ok' | 'degraded' | 'down'
  /** Components with a problem, with the reason. */
  readonly troubles: readonly { readonly name: string; readonly detail: string }[]
  /** Names of components that were neither checked nor used since the start. */
  readonly untried?: readonly string[]
  readonly uptime_seconds: number
  readonly memory_on: boolean
  /** Counts of stored data are `null` while it cannot be read. */
  readonly active_sessions: number | null
  readonly waiting_sessions: number | null
  readonly memories: number | null
  readonly waiting_messages: number | null
  readonly model_calls: number
  readonly model_tokens: number
}

/** A memory or message in a list. */
export interface ListedFigures {
  readonly number: number
  readonly by: 'you' | 'others' | 'conversation' | 'forwarded'
  /** In the reader's time zone. */
  readonly said_on: CalendarDay
  readonly in_group: boolean
  readonly text: string
}

/** An item that a reply was given. */
export interface WhyFigures {
  /** `null`: forgotten since. */
  readonly text: string | null
  readonly by: ListedFigures['by'] | null
  /** The name of the operator's file that it is from; `null`: it is from a conversation. */
  readonly file: string | null
  /** In the reader's time zone. */
  readonly said_on: CalendarDay | null
  /** 0 to 1; `null`: found by full text, or not searched for. */
  readonly similarity: number | null
  /** `profile`: it goes with every message of the person. */
  readonly given_as: 'recall' | 'profile'
}

/** How much of a conversation a reply was given. */
export interface WhyContext {
  /** `exchange`: small talk, for which the last messages are enough. */
  readonly need: string
  readonly complexity: Complexity
  readonly raised: boolean
  readonly messages: number
  readonly shortened: number
  readonly left_out: number
}

/** A person in a list. */
export interface UserFigures {
  /** `null`: unknown. */
  readonly name: string | null
  readonly phone: string | null
  readonly role: 'client' | 'godfather' | 'blocked'
  readonly allowed: boolean
}

/** The result of forgetting. */
export interface ForgottenFigures {
  readonly messages: number
  readonly memories: number
  readonly residue: number
  readonly index: 'done' | 'later'
  /** The newest text that was to be forgotten; `null`: everything was. */
  readonly quote: string | null
  /** How many other messages and memories have the words of one that was forgotten. */
  readonly same_words: number
}

/** A spending limit. */
export interface LimitFigures {
  /** `person_day`: the reader's daily limit; the others are for everyone together. */
  readonly name: 'person_day' | 'day' | 'month'
}

/** Cost in units of the currency (`null`: unknown), and tokens. */
export interface SpentFigures {
  readonly cost: number | null
  readonly tokens: number
}

export interface UsedLimitFigures {
  readonly limit: LimitFigures['name']
  /** `null`: the limit is one of tokens. */
  readonly most_cost: number | null
  readonly most_tokens: number | null
  readonly used_percent: number
}

export interface SpendingFigures {
  readonly today: SpentFigures
  readonly month: SpentFigures
  readonly limits: readonly UsedLimitFigures[]
}

/** Spending on models, and the limits. */
export interface BudgetFigures {
  /** ISO 4217. */
  readonly currency: string | null
  /** `null`: the reader is not a person. */
  readonly own: SpendingFigures | null
  /** Only for the administrator. */
  readonly everyone:
    (SpendingFigures & { readonly top: readonly (SpentFigures & { readonly name: string | null })[] }) | null
}

/** Answers of each chat command, and its line in `/help`. */
export interface CommandStrings {
  readonly help: { readonly help: string; readonly heading: string }
  readonly reset: {
    readonly help: string
    readonly saved: string
    /** The conversation is safe and will be moved into long-term memory later. */
    readonly saved_later: string
    /** A conversation was closed, and none of it was to be kept. */
    readonly not_saved: string
    /** There was no conversation. */
    readonly nothing: string
  }
  readonly memory: {
    readonly help: string
    /** `total`: how many there are; the items are the newest of them. `learn`: whether the person allows learning. */
    list(items: readonly ListedFigures[], total: number, learn: boolean): string
  }
  readonly search: {
    readonly help: string
    readonly usage: string
    found(messages: readonly FoundLine[]): string
  }
  readonly remember: { readonly help: string; readonly usage: string; done(text: string): string }
  readonly forget: {
    readonly help: string
    readonly usage: string
    /** Asks for confirmation before everything is deleted. */
    readonly all_question: string
    done(figures: ForgottenFigures): string
    readonly nothing: string
    /** Added if some of several entries were not found; `numbers` as a list. */
    unknown(numbers: string): string
    /** In a group, one person may not delete what others said. */
    readonly not_yours: string
  }
  readonly export: {
    readonly help: string
    /** The time of an entry, in the reader's time zone. */
    time(time: CalendarTime): string
    /** The file is too long for a chat. */
    done(file: string): string
  }
  readonly why: {
    readonly help: string
    /** `replied`: whether there was a reply at all; `sympathy`: whether the model was asked for sympathy. */
    basis(items: readonly WhyFigures[], replied: boolean, sympathy: boolean): string
    /** One or two sentences. */
    context(context: WhyContext): string
  }
  readonly privacy: {
    readonly help: string
    readonly usage: string
    readonly on: string
    /** Learning is allowed, but there is no long-term memory. */
    readonly onWithoutMemory: string
    readonly off: string
    /** Learning is off, and no messages are kept anyway. */
    readonly offWithoutHistory: string
  }
  readonly lang: { readonly help: string; readonly usage: string; readonly done: string }
  readonly timezone: {
    readonly help: string
    readonly usage: string
    done(zone: string, local_time: string): string
  }
  readonly budget: { readonly help: string; report(figures: BudgetFigures): string }
  /** `resume`: the command that ends the pause. */
  readonly pause: { readonly help: string; readonly usage: string; done(conversation: string, resume: string): string }
  readonly resume: {
    readonly help: string
    readonly usage: string
    done(conversation: string, was_paused: boolean): string
  }
  readonly backup: {
    readonly help: string
    made(figures: { readonly messages: number; readonly bytes: number; readonly new_bytes: number }): string
    /** @param percent `null`: not known */
    running(percent: number | null): string
    failed(problem: string): string
  }
  readonly status: { readonly help: string; report(figures: StatusFigures): string }
  readonly users: { readonly help: string; list(people: readonly UserFigures[], more: boolean): string }
  readonly role: {
    readonly help: string
    readonly usage: string
    done(person: string, role: UserFigures['role']): string
    /** The configuration determines the role. */
    readonly fixed: string
  }
  readonly block: { readonly help: string; readonly usage: string; done(person: string): string }
  readonly unblock: { readonly help: string; readonly usage: string; done(person: string): string }
  readonly allow: { readonly help: string; readonly usage: string; done(person: string): string }
  readonly disallow: { readonly help: string; readonly usage: string; done(person: string): string }
  readonly listen: { readonly help: string; done(conversation: string, resume: string): string }
  readonly restart: { readonly help: string; readonly question: string; readonly done: string }
}

/** Answers that any command may give instead of its own. */
export interface AnyCommandStrings {
  /** `near`: the command that was probably meant. */
  unknown(command: string, near: string | undefined): string
  /** For a command that only the godfather may use, in a direct chat. */
  admin_only(command: string): string
  /** For a command whose answer should not be read by others. */
  direct_only(command: string): string
  /** Asks for a yes within five minutes; `summary` is what the command does. */
  confirm(summary: string): string
  readonly not_confirmed: string
  /** The answer to the question was neither yes nor no. */
  readonly withdrawn: string
  /** For words that are nearly a command; a yes runs it. */
  near_miss(command: string): string
}

/** A component with a problem, as reported to the administrator. */
export interface AlertFigures {
  /** Name of the component, as `status` shows it. */
  readonly component: string
  readonly state: 'degraded' | 'down'
  /** The problem, in English. */
  readonly reason: string
  readonly lasted_seconds: number
}

/** Messages to the administrator about a component. */
export interface AlertStrings {
  began(figures: AlertFigures): string
  /** The problem came back soon after it was over, and persists. */
  again(figures: AlertFigures): string
  ended(figures: AlertFigures): string
  /** The problem was over before it could be reported. */
  passed(figures: AlertFigures): string
}

/** The figures of a budget report for one line. */
export interface ReportFigures {
  readonly days: number
  readonly executions: number
  /** Percent of the budgets. */
  readonly avg_pct: number
  readonly exceeded: number
  /** `undefined`: the report has none. */
  readonly recommendations: number | undefined
}

/** Messages to the administrator about a report. */
export interface ReportStrings {
  usage(figures: ReportFigures): string
  /** Something grows and reaches its limit within `days_left` days; 0: it has reached it. */
  growth(figures: { readonly measure: 'data' | 'patterns'; readonly days_left: number }): string
}

/** All of DeniDin's own messages to people, in one language. Commands appear as they are typed. */
export interface Strings {
  readonly commands: CommandStrings
  readonly any_command: AnyCommandStrings
  readonly alerts: AlertStrings
  readonly reports: ReportStrings
  /** Below an answer that was cut off at its limit. */
  readonly answer_cut: string
  /** Below the answer to a message that was too long to be read as a whole. */
  beginning_read(characters: number): string
  /** The model gave no answer, but may later. */
  readonly model_unavailable: string
  /** The model refuses permanently (wrong key, unknown model): only the operator can help. */
  readonly model_rejected: string
  /** The account with the model's provider has no credit left: only the operator can help. */
  readonly model_out_of_credit: string
  /** Added for the administrator; `reason` is in English, without a full stop. */
  failure_reason(reason: string): string
  /** A spending limit allows no answer before `until`, in the reader's time zone. */
  limit_reached(limit: LimitFigures['name'], until: CalendarTime): string
  /** The same if it is unknown which limit it is, and until when. */
  readonly limit_reached_anywhere: string
  /** So many messages came at once that some are only read. */
  too_many_messages(seconds: number): string
  /** The daily number of messages is used up; `until` is in the reader's time zone. */
  messages_used_up(until: CalendarTime): string
  /** This share of a limit is used. */
  limit_near(limit: LimitFigures['name'], percent: number): string
  /** The filter of the service refuses the text of this one message. */
  readonly model_filtered: string
  /** Another program seems to answer; tells a person how to continue. */
  program_answers(minutes: number): string
  /** What that person may write; `program_answers` mentions some of these words. */
  readonly resume_words: readonly string[]
  /** A person who sent the invite code is on the allow list now. */
  readonly let_in: string
  readonly memory_disabled: string
  readonly busy: string
  readonly stopping: string
  /** A message was recorded, then DeniDin stopped before it answered. */
  readonly restarted_before_answer: string
  /** An internal error. */
  readonly something_went_wrong: string
  /** Media came without text; the kinds are those of attachments, such as `voice`. */
  cannot_read(kinds: readonly string[]): string
  /** A message arrived that could not be decrypted. */
  readonly unreadable: string
}
