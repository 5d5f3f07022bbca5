/** Changes single values in the text of a profile file, so that the rest, including comments, stays as written. */
import { editJson, type EditedJson, type JsonEdit } from '../../platform/edit-json.ts'
import type { BudgetProfile } from './budget-profiles.ts'
import { readBudgetProfiles } from './read-profiles.ts'

/** A value to write: a profile, or the profile of an agent. */
export type ProfileEdit =
  { readonly profile: string; readonly value: BudgetProfile } | { readonly agent: string; readonly assigned: string }

/**
 * The text with these values. An empty text counts as an empty object.
 * @param source names the file in errors
 * @throws DenidinError `invalid_config` if the text is invalid, or would be afterwards
 */
export const editProfiles = (text: string, edits: readonly ProfileEdit[], source: string): EditedJson => {
  readBudgetProfiles(text, source)
  const edited = editJson(text, edits.flatMap(jsonEdits))
  readBudgetProfiles(edited.text, source)
  return edited
}

const jsonEdits = (edit: ProfileEdit): readonly JsonEdit[] =>
  'agent' in edit
    ? [{ path: ['agent_assignments', edit.agent], value: edit.assigned }]
    : Object.entries<unknown>({ ...edit.value }).map(([key, value]) => ({
        path: ['profiles', edit.profile, key],
        value,
      }))
