/** Figures behind `/status`. */
export interface StatusFigures {
  readonly version: string
  /** Worst state of any part. */
  readonly state: 'ok' | 'degraded' | 'down' | 'off'
  /** Parts that are not well, with what is wrong. */
  readonly troubles: readonly { readonly name: string; readonly detail: string }[]
  readonly uptime_seconds: number
  readonly memory_on: boolean
  readonly active_sessions: number
  readonly waiting_sessions: number
  readonly memories: number
  readonly waiting_messages: number
  readonly model_calls: number
  readonly model_tokens: number
}

/** A memory or message as a list shows it. */
export interface ListedFigures {
  readonly number: number
  readonly by: 'you' | 'others' | 'conversation'
  /** ISO 8601. */
  readonly said_at: string
  readonly in_group: boolean
  readonly text: string
}

/** What a reply was given. */
export interface WhyFigures {
  /** `null`: forgotten since. */
  readonly text: string | null
  readonly said_at: string | null
  /** 0 to 1; `null`: found by its words, or not looked for. */
  readonly similarity: number | null
  /** `profile`: it goes with every message of the person. */
  readonly given_as: 'recall' | 'profile'
}

/** What forgetting came to. */
export interface ForgottenFigures {
  readonly messages: number
  readonly memories: number
  readonly residue: number
  readonly index: 'done' | 'later'
}

/** Everything that DeniDin says to people in its own words, in one language. Commands stand as they are typed. */
export interface Strings {
  readonly help_heading: string
  readonly help_reset: string
  readonly help_status: string
  readonly help_pause: string
  readonly help_resume: string
  readonly help_memory: string
  readonly help_remember: string
  readonly help_forget: string
  readonly help_export: string
  readonly help_why: string
  readonly help_privacy: string
  readonly help_lang: string
  readonly help_help: string
  /** `near`: the command that was probably meant. */
  unknown_command(command: string, near: string | undefined): string
  /** For a command that only the godfather may give, in a direct chat. */
  admin_only(command: string): string
  /** For a command whose answer is nobody else's business. */
  direct_only(command: string): string
  /** Asks for a yes within five minutes; `summary` is what the command does. */
  confirm(summary: string): string
  readonly not_confirmed: string
  /** `learn`: whether the person lets anything be learned. */
  memory_list(items: readonly ListedFigures[], learn: boolean): string
  remembered(text: string): string
  readonly usage_remember: string
  readonly usage_forget: string
  readonly forget_all_question: string
  forgotten(figures: ForgottenFigures): string
  readonly forget_nothing: string
  /** What others said in a group is not one person's to forget. */
  readonly forget_not_yours: string
  /** The file is too long for a chat. */
  exported(file: string): string
  /** `replied`: whether there was a reply at all. */
  /** `sympathy`: the model was asked for it. */
  why(items: readonly WhyFigures[], replied: boolean, sympathy: boolean): string
  readonly privacy_on: string
  readonly privacy_off: string
  readonly usage_privacy: string
  readonly language_fixed: string
  readonly usage_lang: string
  readonly reset_saved: string
  /** The conversation is safe and will be moved into long-term memory later. */
  readonly reset_saved_later: string
  /** A conversation was closed, nothing of it was to be kept. */
  readonly reset_not_saved: string
  /** There was no conversation. */
  readonly reset_nothing: string
  paused(conversation: string): string
  resumed(conversation: string, was_paused: boolean): string
  status(figures: StatusFigures): string
  /** The model gave no answer, and may later. */
  readonly model_unavailable: string
  /** The model refuses for good (wrong key, unknown model): only the operator can help. */
  readonly model_rejected: string
  readonly memory_disabled: string
  readonly busy: string
  readonly stopping: string
  /** A message was recorded, then DeniDin stopped before it answered. */
  readonly restarted_before_answer: string
  /** A fault of ours. */
  readonly something_went_wrong: string
  /** A message came that could not be decrypted. */
  readonly unreadable: string
}
