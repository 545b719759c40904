/** The views of a window, in the order of its tabs. */
export const VIEWS = ["sessions", "inbox", "activity", "jobs"] as const;
export type ViewName = typeof VIEWS[number];

export const VIEW_TITLES: Readonly<Record<ViewName, string>> = {
  sessions: "Sessions",
  inbox: "Inbox",
  activity: "Activity",
  jobs: "Jobs",
};
