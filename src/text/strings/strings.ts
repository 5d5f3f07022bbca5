/** The messages that DeniDin sends in its own words: what each language must provide. */
import type { FoundLine } from './found-lines.ts'
import type { Complexity } from '../complexity/complexity.ts'
import type { CalendarDay, CalendarTime } from './written-day.ts'

/** Figures behind `/status`. */
export interface StatusFigures {
  readonly version: string
  /** Worst state of any part. */
  readonly state: 'ok' | 'degraded' | 'down'
  /** Components that are not well, with what is wrong. */
  readonly troubles: readonly { readonly name: string; readonly detail: string }[]
  /** Names of components that were neither checked nor used since the start. */
  readonly untried?: readonly string[]
  readonly uptime_seconds: number
  readonly memory_on: boolean
  /** Counts of what is stored are `null` while it cannot be read. */
  readonly active_sessions: number | null
  readonly waiting_sessions: number | null
  readonly memories: number | null
  readonly waiting_messages: number | null
  readonly model_calls: number
  readonly model_tokens: number
}

/** A memory or message as a list shows it. */
export interface ListedFigures {
  readonly number: number
  readonly by: 'you' | 'others' | 'conversation' | 'forwarded'
  /** Where the reader is. */
  readonly said_on: CalendarDay
  readonly in_group: boolean
  readonly text: string
}

/** What a reply was given. */
export interface WhyFigures {
  /** `null`: forgotten since. */
  readonly text: string | null
  readonly by: ListedFigures['by'] | null
  /** Where the reader is. */
  readonly said_on: CalendarDay | null
  /** 0 to 1; `null`: found by its words, or not looked for. */
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

/** What forgetting came to. */
export interface ForgottenFigures {
  readonly messages: number
  readonly memories: number
  readonly residue: number
  readonly index: 'done' | 'later'
  /** The newest text that was asked for; `null`: everything was. */
  readonly quote: string | null
}

/** A limit of spending. */
export interface LimitFigures {
  /** `person_day`: of the reader and a day; the others are of everyone together. */
  readonly name: 'person_day' | 'day' | 'month'
}

/** Cost in units of the currency (`null`: not known), and tokens. */
export interface SpentFigures {
  readonly cost: number | null
  readonly tokens: number
}

export interface UsedLimitFigures {
  readonly limit: LimitFigures['name']
  /** `null`: it is one of tokens. */
  readonly most_cost: number | null
  readonly most_tokens: number | null
  readonly used_percent: number
}

export interface SpendingFigures {
  readonly today: SpentFigures
  readonly month: SpentFigures
  readonly limits: readonly UsedLimitFigures[]
}

/** What was spent on models, and the limits. */
export interface BudgetFigures {
  /** ISO 4217. */
  readonly currency: string | null
  /** `null`: the reader is not a person. */
  readonly own: SpendingFigures | null
  /** For the administrator. */
  readonly everyone:
    (SpendingFigures & { readonly top: readonly (SpentFigures & { readonly name: string | null })[] }) | null
}

/** Answers of each chat command, and the line about it in `/help`. */
export interface CommandStrings {
  readonly help: { readonly help: string; readonly heading: string }
  readonly reset: {
    readonly help: string
    readonly saved: string
    /** The conversation is safe and will be moved into long-term memory later. */
    readonly saved_later: string
    /** A conversation was closed, and nothing of it was to be kept. */
    readonly not_saved: string
    /** There was no conversation. */
    readonly nothing: string
  }
  readonly memory: {
    readonly help: string
    /** `total`: how many there are, of which the items are the newest; `learn`: whether the person allows learning. */
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
    /** Added where some of several entries were not found; `numbers` as a list. */
    unknown(numbers: string): string
    /** What others said in a group is not one person's to delete. */
    readonly not_yours: string
  }
  readonly export: {
    readonly help: string
    /** The time of an entry, where the reader is. */
    time(time: CalendarTime): string
    /** The file is too long for a chat. */
    done(file: string): string
  }
  readonly why: {
    readonly help: string
    /** `replied`: whether there was a reply at all; `sympathy`: whether the model was asked for it. */
    basis(items: readonly WhyFigures[], replied: boolean, sympathy: boolean): string
    /** One or two sentences. */
    context(context: WhyContext): string
  }
  readonly privacy: { readonly help: string; readonly usage: string; readonly on: string; readonly off: string }
  readonly lang: { readonly help: string; readonly usage: string; readonly done: string }
  readonly timezone: {
    readonly help: string
    readonly usage: string
    done(zone: string, local_time: string): string
  }
  readonly budget: { readonly help: string; report(figures: BudgetFigures): string }
  readonly pause: { readonly help: string; readonly usage: string; done(conversation: string): string }
  readonly resume: {
    readonly help: string
    readonly usage: string
    done(conversation: string, was_paused: boolean): string
  }
  readonly status: { readonly help: string; report(figures: StatusFigures): string }
}

/** Answers that any command can get instead of its own. */
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

/** A component in trouble, as the administrator is told of it. */
export interface AlertFigures {
  /** Name of the component, as `status` shows it. */
  readonly component: string
  readonly state: 'degraded' | 'down'
  /** What is wrong, in English. */
  readonly reason: string
  readonly lasted_seconds: number
}

/** What the administrator is told about a component. */
export interface AlertStrings {
  began(figures: AlertFigures): string
  /** It came back soon after it was over, and lasts. */
  again(figures: AlertFigures): string
  ended(figures: AlertFigures): string
  /** It was over before it could be told. */
  passed(figures: AlertFigures): string
}

/** What a report on budgets says in one line. */
export interface ReportFigures {
  readonly days: number
  readonly executions: number
  /** Percent of the budgets. */
  readonly avg_pct: number
  readonly exceeded: number
  /** `undefined`: the report has none. */
  readonly recommendations: number | undefined
}

/** What the administrator is told about a report. */
export interface ReportStrings {
  usage(figures: ReportFigures): string
  /** Something grows, and reaches its limit within `days_left` days; 0: it has. */
  growth(figures: { readonly measure: 'data' | 'patterns'; readonly days_left: number }): string
}

/** Everything that DeniDin says to people in its own words, in one language. Commands appear as they are typed. */
export interface Strings {
  readonly commands: CommandStrings
  readonly any_command: AnyCommandStrings
  readonly alerts: AlertStrings
  readonly reports: ReportStrings
  /** Below an answer that ends at its bound. */
  readonly answer_cut: string
  /** Below the answer to a message that was too long to be read as a whole. */
  beginning_read(characters: number): string
  /** The model gave no answer, and may later. */
  readonly model_unavailable: string
  /** The model refuses for good (wrong key, unknown model): only the operator can help. */
  readonly model_rejected: string
  /** The account with the model's provider has no credit left: only the operator can help. */
  readonly model_out_of_credit: string
  /** Added for the administrator; `reason` is in English, without a full stop. */
  failure_reason(reason: string): string
  /** A limit of spending allows no answer before `until`, where the reader is. */
  limit_reached(limit: LimitFigures['name'], until: CalendarTime): string
  /** The same where it is not known which limit it is, and until when. */
  readonly limit_reached_anywhere: string
  /** So many messages came at once that some are only read. */
  too_many_messages(seconds: number): string
  /** The messages of a day are used up; `until`: where the reader is. */
  messages_used_up(until: CalendarTime): string
  /** So much of a limit is used. */
  limit_near(limit: LimitFigures['name'], percent: number): string
  /** The filter of the service refuses the words of this one message. */
  readonly model_filtered: string
  /** Another program seems to answer; a person reads how to go on. */
  program_answers(minutes: number): string
  /** What that person may write; some of these words stand in `program_answers`. */
  readonly resume_words: readonly string[]
  readonly memory_disabled: string
  readonly busy: string
  readonly stopping: string
  /** A message was recorded, then DeniDin stopped before it answered. */
  readonly restarted_before_answer: string
  /** A fault of ours. */
  readonly something_went_wrong: string
  /** Media came without words; the kinds are those of attachments, such as `voice`. */
  cannot_read(kinds: readonly string[]): string
  /** A message arrived that could not be decrypted. */
  readonly unreadable: string
}
