/** Embeds a question once, however many indexes it is searched in. */
import type { Embedder, Embeddings } from '../models/embedder.ts'
import { lru } from '../platform/lru.ts'

/** How many questions are remembered: a question goes to several indexes within a short time. */
const MOST_QUESTIONS = 32

/** An embedder that embeds the same question only once; texts to store are passed on. */
export const withQuestionCache = (embedder: Embedder): Embedder => {
  const answers = lru<string, Promise<Embeddings>>(MOST_QUESTIONS)
  let length: number | undefined
  /** A model that returns vectors of another size has changed, so its earlier vectors are useless. */
  const noticeSize = ({ vectors }: Embeddings): void => {
    const now = vectors[0]?.length
    if (length !== undefined && now !== length) answers.clear()
    length = now ?? length
  }
  const embed: Embedder['embed'] = async (texts, call) => {
    const embeddings = await embedder.embed(texts, call)
    noticeSize(embeddings)
    return embeddings
  }
  return {
    provider: embedder.provider,
    model: embedder.model,
    space: embedder.space,
    embed: async (texts, call) => {
      const [question] = texts
      if (call.purpose !== 'recall' || question === undefined || texts.length > 1) return await embed(texts, call)
      const person = call.person_id ?? ''
      const key = `${person}\n${question}`
      const known = answers.get(key)
      if (known !== undefined) return await known
      const asked = embed(texts, call)
      answers.set(key, asked)
      try {
        return await asked
      } catch (error) {
        answers.delete(key)
        throw error
      }
    },
  }
}
