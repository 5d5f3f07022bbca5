/** The contract of fact extraction: its input, its output, and the extractor. */
import type { Category, Entity, MemoryRecord } from '../../memory/memory.ts'
import type { RelationType } from '../../memory/memory-log.ts'
import type { ZoneOfMessage } from '../../people/personal-zones.ts'
import type { MessageId, MessageRecord } from '../../messages/message.ts'
import type { CallContext } from '../../models/language-model.ts'

/** The messages that facts are extracted from, and their context. */
export interface ExtractionInput {
  /** Messages of people and of the assistant, in order. */
  readonly messages: readonly MessageRecord[]
  /** Messages that facts may come from; all others, and the assistant's, are only context. */
  readonly sources: ReadonlySet<MessageId>
  /** Known facts that the sources may repeat or contradict. */
  readonly known: readonly MemoryRecord[]
  /** The reflection on the session before these messages; `undefined` at its beginning. */
  readonly so_far: string | undefined
  /** How much the people are involved, 0 to 1, if the caller knows; otherwise it is measured by their messages. */
  readonly activity?: number | undefined
  /** In which zone “tomorrow” counts; by default in that of the installation. */
  readonly zone_of?: ZoneOfMessage
}

/** A relation between two entities of a fact. */
export interface ExtractedRelation {
  readonly from: string
  readonly to: string
  readonly type: RelationType
  /** 0 to 1. */
  readonly strength: number
}

/** One fact whose quote was found in its source. */
export interface ExtractedFact {
  /** One sentence that names the person or thing it is about. */
  readonly text: string
  readonly quote: string
  readonly source: MessageRecord
  readonly category: Category
  /** 0 to 1, activity included. */
  readonly importance: number
  /** From when and until when the fact holds, if the source says so; milliseconds since the Unix epoch. */
  readonly valid_from: number | undefined
  readonly valid_to: number | undefined
  readonly entities: readonly Entity[]
  readonly relations: readonly ExtractedRelation[]
  /**
   * `memory_id` of the known fact that this one repeats, and of those that it replaces, according to the extractor.
   * Only hints.
   */
  readonly same_as: string | undefined
  readonly replaces: readonly string[]
  /** The message whose statement it corrects. Only a hint. */
  readonly corrects?: MessageId | undefined
  /** The earlier statement of which it is a copy with another value: the speaker corrected that one. */
  readonly corrected_statement?: string | undefined
}

/** The result of one extraction. */
export interface Extraction {
  /** `openai`, `anthropic`, `gemini`, `ollama`, or `pattern` for the rules. */
  readonly provider: string
  readonly facts: readonly ExtractedFact[]
  /** Facts that were dropped because no source contains their quote. */
  readonly quotes_not_found: number
  /** Facts that were dropped because their quote is not meant as true, or is a secret that no one asked to remember. */
  readonly not_meant: number
  /** A short paragraph about the session. */
  readonly reflection: string
  /** Milliseconds, for all providers together. */
  readonly extraction_time_ms: number
}

export interface ExtractionOptions {
  /** Whether to fail when models fail temporarily; otherwise the rules extract the facts. */
  readonly patient: boolean
  readonly call: Omit<CallContext, 'purpose'>
}

/** Extracts facts from messages of people. */
export interface Extractor {
  /** @throws DenidinError `unavailable` or `timeout` when patient; the signal's reason when aborted. */
  extract(input: ExtractionInput, options: ExtractionOptions): Promise<Extraction>
}
