/**
 * Whether a repository's own settings may run a program: `git status` alone runs what `core.fsmonitor` names, `git diff`
 * what `diff.external` does. Pure.
 */

/** Keys that name no program, by section; of `remote` and `branch` the subsection is a name. All others may. */
const PLAIN: Readonly<Record<string, RegExp>> = {
  core:
    /^(?:repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|autocrlf|eol|safecrlf|quotepath|abbrev|longpaths|untrackedcache|preloadindex|compression|protecthfs|protectntfs|whitespace)$/,
  remote: /^(?:fetch|tagopt|prune|prunetags|skipfetchall|gh-resolved)$/,
  branch:
    /^(?:remote|merge|rebase|description|autosetuprebase|gh-merge-base|vscode-merge-base|github-pr-owner-number)$/,
  user: /^(?:name|email)$/,
  pull: /^(?:rebase|ff)$/,
  push: /^(?:default|autosetupremote|followtags)$/,
  init: /^defaultbranch$/,
  fetch: /^(?:prune|prunetags)$/,
  merge: /^(?:ff|conflictstyle)$/,
  rebase: /^(?:autosquash|autostash)$/,
  color: /^(?:ui|status|diff|branch)$/,
  advice: /^\w+$/,
};

/** Addresses that git reaches by itself: no `ext::`, no other transport that is a program. */
const ADDRESS = /^(?:https?:\/\/|ssh:\/\/|git:\/\/|git@[\w.-]+:|[\w.-]+@[\w.-]+:)[\w.@:/~+%-]+$/;

/** @param text the whole of the repository's `config` */
export function repositoryRuns(text: string): "nothing" | "something" {
  let keys: RegExp | undefined;
  let section = "";
  for (const line of text.split("\n")) {
    const bare = line.trim();
    if (bare === "" || bare.startsWith("#") || bare.startsWith(";")) continue;
    const header = /^\[([a-z]+)(?: "[^"\\\]]*")?\]$/.exec(bare);
    if (header !== null) {
      section = header[1]!;
      keys = Object.hasOwn(PLAIN, section) ? PLAIN[section] : undefined;
      if (keys === undefined) return "something";
      continue;
    }
    const [, key = "", value = ""] = /^([A-Za-z][A-Za-z0-9-]*)\s*=\s*([^"\\#;]*)$/.exec(bare) ?? [];
    const isAddress = section === "remote" && /^(?:push)?url$/i.test(key) && ADDRESS.test(value.trim());
    if (!isAddress && !(keys?.test(key.toLowerCase()) ?? false)) return "something";
  }
  return "nothing";
}
