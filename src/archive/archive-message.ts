/** The message model of the archive: what a source yields, and the one record that is kept of it. */
import type { PersonId } from '../people/person.ts'
import type { Scope } from '../messages/scope.ts'

/**
 * Where messages come from.
 * - `denidin`: the bot's own conversations, which the archive follows by the change log.
 * - `extraction`, `dedup_state`: JSON Lines of extractions, and the state of a deduplication.
 * - `history` to `projects`: the files of Claude Code.
 * - `whatsapp`, `openai`, `chatgpt`: exports of chats.
 * - `python_denidin`: the data folder of a Python DeniDin, which is only loaded into conversations.
 */
export const SOURCE_TYPES = [
  'denidin',
  'extraction',
  'dedup_state',
  'history',
  'debug',
  'file_history',
  'todos',
  'shell_snapshots',
  'session_env',
  'projects',
  'whatsapp',
  'openai',
  'chatgpt',
  'python_denidin',
] as const
export type SourceType = (typeof SOURCE_TYPES)[number]

/** The phase of an extraction that a kind of Claude Code file belongs to. */
export const PHASES: Readonly<Partial<Record<SourceType, Phase>>> = {
  history: 1,
  debug: 2,
  file_history: 3,
  todos: 4,
  shell_snapshots: 5,
  session_env: 6,
  projects: 7,
}
const PHASE_NUMBERS = [1, 2, 3, 4, 5, 6, 7] as const
export type Phase = (typeof PHASE_NUMBERS)[number]

/** A number as a phase, if it is one. */
export const phaseOf = (number: number | undefined): Phase | undefined => PHASE_NUMBERS.find(each => each === number)

export const ARCHIVE_ROLES = ['user', 'assistant', 'system', 'tool'] as const
export type ArchiveRole = (typeof ARCHIVE_ROLES)[number]

/** Levels of log lines, from the least to the most serious. Other levels of a source are mapped to the nearest one. */
export const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const
export type Level = (typeof LEVELS)[number]

export const FILE_OPERATIONS = ['read', 'write', 'edit', 'mention'] as const
export type FileOperation = (typeof FILE_OPERATIONS)[number]

export const TAG_CATEGORIES = ['topic', 'action', 'artifact', 'command'] as const
export type TagCategory = (typeof TAG_CATEGORIES)[number]

export interface Tag {
  readonly category: TagCategory
  readonly value: string
  /** From 0 to 1. */
  readonly confidence: number
}

export interface FileReference {
  readonly path: string
  readonly operation: FileOperation
}

/** A message as a source yields it. Values that the source does not contain are `undefined`, never guessed. */
export interface SourceMessage {
  /** The text as it was written, without direction marks at its ends. Never empty. */
  readonly content: string
  readonly role: ArchiveRole
  /** When it was said or logged, in milliseconds since the Unix epoch; never the time of an extraction. */
  readonly at?: number | undefined
  /** Path of the project (or its name), as given by the source. */
  readonly project?: string | undefined
  /** The session, as given by the source. */
  readonly session?: string | undefined
  readonly source_type: SourceType
  readonly phase?: Phase | undefined
  readonly component?: string | undefined
  readonly level?: Level | undefined
  /** The name of the writer, as given by the source. */
  readonly sender_name?: string | undefined
  /**
   * 2 or higher if the same sender wrote the same words again at what the source shows as the same time (many exports
   * contain only minutes), and the source distinguishes them. Part of the identity. Default: 1.
   */
  readonly occurrence?: number | undefined
  /** Other data from the source. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly tags?: readonly Tag[] | undefined
  readonly files?: readonly FileReference[] | undefined
}

/**
 * The record of a message. Every other shape of an archived message is a view of this one (`Pick<ArchiveMessage, …>`).
 */
export interface ArchiveMessage extends Omit<SourceMessage, 'tags' | 'files'> {
  /** Number in the order of arrival. Never reused. */
  readonly seq: number
  /** SHA-256 of its identity (`archiveHash`), in hexadecimal. */
  readonly hash: string
  /**
   * For the bot's own messages: the conversation that the message belongs to. `undefined`: a message of the operator,
   * loaded from a file.
   */
  readonly scope?: Scope | undefined
  readonly person_id?: PersonId | undefined
  readonly chat_id?: string | undefined
  /** For the bot's own messages: the message id. */
  readonly message_id?: string | undefined
}

/** A place where a message was found. Every place is kept, also those of a message that is already in the archive. */
export interface Place {
  readonly source_file: string
  /** Line of the file, from 1; or the number of the message if the source has no lines. */
  readonly source_line: number
  /** The run that found it there. */
  readonly run_id: number
}
