/** What a person can be notified of: the words of the configuration, which the daemon reads whether or not anything notifies. */
export const NEED_KINDS = ["question", "failure"] as const;
export type NeedKind = typeof NEED_KINDS[number];
