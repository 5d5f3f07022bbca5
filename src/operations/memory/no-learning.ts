/** Fact extraction while it is disabled. */
import { DenidinError } from '../../platform/errors.ts'
import type { Learning } from '../context.ts'

const refuse = (): Promise<never> => Promise.reject(new DenidinError('disabled', 'fact extraction is switched off'))

export const noLearning: Learning = { enabled: false, ofSession: refuse, ofText: refuse, ofMessages: refuse }
