/**
 * The protocol of `data/run/denidin.sock`, one JSON object per line. Request: `{ id, operation, input, confirm }`.
 * Answer: any number of `{ id, progress }`, then `{ id, ok }` or `{ id, error }`. Several calls may be in progress at
 * once; closing the connection cancels them.
 */
import { z } from 'zod'

/** Longest request: fits the longest message that `chat.say` accepts, with escapes. */
export const REQUEST_MAX_BYTES = 1024 * 1024
/** Longest answer that a client accepts: many times a full page of long memories. */
export const ANSWER_MAX_BYTES = 64 * 1024 * 1024

export const requestSchema = z.object({
  id: z.union([z.string(), z.number()]),
  operation: z.string(),
  input: z.unknown().optional(),
  confirm: z.boolean().optional(),
})

export const answerSchema = z.object({
  id: z.union([z.string(), z.number()]).nullable(),
  progress: z.object({ done: z.number(), total: z.number().optional(), unit: z.string() }).optional(),
  ok: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.string(), message: z.string(), retryable: z.boolean() }).optional(),
})
