/**
 * What Claude Code expects of its settings: one member of a wrong type, and it skips the whole file. Facts: what `claude
 * doctor` of 2.1.329 says of a file with each member wrong. What it does not complain of, or only leaves out, is not here;
 * nor are the words that a text may be, which every version adds to.
 */
import { type Fields, isFields } from "../../lib/json_fields.ts";

type Shape = "text" | "yes or no" | "number" | "list" | "texts" | "objects" | "object" | {
  readonly [name: string]: Shape;
};

const all = (names: string, shape: Shape): Record<string, Shape> =>
  Object.fromEntries(names.trim().split(/\s+/).map((name) => [name, shape]));

const SETTINGS: Readonly<Record<string, Shape>> = {
  ...all(
    `$schema advisorModel agent apiKeyHelper autoMemoryDirectory autoUpdatesChannel awsAuthRefresh awsCredentialExport
    claudeMd defaultShell disableAutoMode disableDeepLinkRegistration gcpAuthRefresh language minimumVersion model
    otelHeadersHelper outputStyle parentSettingsBehavior plansDirectory pluginTrustMessage prUrlTemplate processWrapper
    requiredMaximumVersion requiredMinimumVersion tui workflowSizeGuideline`,
    "text",
  ),
  ...all(
    `agentPushNotifEnabled allowAllClaudeAiMcps allowManagedHooksOnly allowManagedMcpServersOnly
    allowManagedPermissionRulesOnly alwaysThinkingEnabled autoCompactEnabled autoMemoryEnabled autoScrollEnabled
    awaySummaryEnabled axScreenReader channelsEnabled disableAgentView disableAllHooks disableArtifact
    disableBundledSkills disableClaudeAiConnectors disableRemoteControl disableSideloadFlags disableSkillShellExecution
    disableWorkflows emojiCompletionEnabled enableAllProjectMcpServers enableArtifact enforceAvailableModels fastMode
    fastModePerSessionOptIn fileCheckpointingEnabled forceRemoteSettingsRefresh includeCoAuthoredBy
    includeGitInstructions inputNeededNotifEnabled prefersReducedMotion remoteControlAtStartup respectGitignore
    respondToBashCommands showClearContextOnPlanAccept showThinkingSummaries showTurnDuration
    skipDangerousModePermissionPrompt skipWebFetchPreflight spinnerTipsEnabled syntaxHighlightingDisabled
    terminalProgressBarEnabled useAutoModeDuringPlan verbose voiceEnabled wheelScrollAccelerationEnabled
    workflowKeywordTriggerEnabled wslInheritsWindowsSettings`,
    "yes or no",
  ),
  ...all("cleanupPeriodDays feedbackSurveyRate skillListingBudgetFraction skillListingMaxDescChars", "number"),
  ...all(
    `allowedHttpHookUrls availableModels claudeMdExcludes companyAnnouncements fallbackModel httpHookAllowedEnvVars
    pluginSuggestionMarketplaces`,
    "texts",
  ),
  ...all("allowedChannelPlugins blockedMarketplaces sshConfigs strictKnownMarketplaces", "objects"),
  ...all("enabledPlugins env modelOverrides pluginConfigs skillOverrides", "object"),
  autoMode: { ...all("allow soft_deny hard_deny environment", "list"), classifyAllShell: "yes or no" },
  fileSuggestion: { type: "text", command: "text" },
  permissions: {
    ...all("allow deny ask", "list"),
    ...all("defaultMode disableBypassPermissionsMode disableAutoMode", "text"),
    additionalDirectories: "texts",
  },
  sandbox: {
    ...all(
      `enabled failIfUnavailable autoAllowBashIfSandboxed allowUnsandboxedCommands enableWeakerNestedSandbox
      enableWeakerNetworkIsolation allowAppleEvents`,
      "yes or no",
    ),
    excludedCommands: "list",
    ignoreViolations: "object",
    network: {
      ...all("allowedDomains deniedDomains allowUnixSockets allowMachLookup", "list"),
      ...all("strictAllowlist allowManagedDomainsOnly allowAllUnixSockets allowLocalBinding", "yes or no"),
      tlsTerminate: "object",
    },
    filesystem: {
      ...all("allowWrite denyWrite denyRead allowRead", "list"),
      ...all("allowManagedReadPathsOnly disabled", "yes or no"),
    },
    credentials: { ...all("files envVars", "list"), allowPlaintextInject: "yes or no" },
    ripgrep: { command: "text", args: "list" },
  },
  spinnerVerbs: { mode: "text", verbs: "list" },
  statusLine: { type: "text", command: "text", padding: "number", hideVimModeIndicator: "yes or no" },
  voice: { enabled: "yes or no", mode: "text", autoSubmit: "yes or no" },
  worktree: { ...all("symlinkDirectories sparsePaths", "list"), baseRef: "text" },
};

/** Members without which the object around them is wrong. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  statusLine: ["type", "command"],
  fileSuggestion: ["type", "command"],
  spinnerVerbs: ["mode", "verbs"],
};

/** What cannot be loaded in these may guard a permission: Claude Code then applies nothing of the file. */
const GUARDS: readonly string[] = ["PreToolUse", "PermissionRequest"];
const HANDLER: Shape = { type: "text", command: "text", args: "texts", timeout: "number", async: "yes or no" };

/** Why Claude Code would skip these settings as a whole, as a predicate ("has model that is …"); undefined where it reads them. */
export function claudeSkips(settings: Fields): string | undefined {
  const hooks = settings["hooks"];
  return misfit("", settings, SETTINGS) ?? (isFields(hooks) ? brokenGuard(hooks) : undefined);
}

function misfit(path: string, value: unknown, shape: Shape): string | undefined {
  if (typeof shape === "string") {
    return fits(value, shape) ? undefined : `has ${path} that is ${describe(value)}, expected ${EXPECTED[shape]}`;
  }
  if (!isFields(value)) return `has ${path} that is ${describe(value)}, expected an object`;
  const missing = NEEDED[path]?.find((name) => value[name] === undefined);
  if (missing !== undefined) return `has ${path} without ${missing}`;
  for (const [name, inner] of Object.entries(shape)) {
    if (value[name] === undefined) continue;
    const why = misfit(path === "" ? name : `${path}.${name}`, value[name], inner);
    if (why !== undefined) return why;
  }
  return undefined;
}

function fits(value: unknown, shape: Shape & string): boolean {
  if (shape === "text") return typeof value === "string";
  if (shape === "number") return typeof value === "number";
  if (shape === "yes or no") return typeof value === "boolean";
  if (shape === "object") return isFields(value);
  if (!Array.isArray(value)) return false;
  return shape === "list" || value.every((item) => shape === "texts" ? typeof item === "string" : isFields(item));
}

function brokenGuard(hooks: Fields): string | undefined {
  for (const event of GUARDS) {
    const groups = hooks[event];
    if (groups === undefined || !Array.isArray(groups)) continue; // own_entries.ts refuses what is no array
    for (const [at, group] of groups.entries()) {
      const path = `hooks.${event}[${at}]`;
      if (!isFields(group)) return `has ${path} that is ${describe(group)}, expected an object`;
      const { hooks: handlers, matcher } = group;
      if (!Array.isArray(handlers)) return `has ${path} without a list "hooks" of what to run`;
      if (matcher !== undefined && typeof matcher !== "string") {
        return `has ${path}.matcher that is ${describe(matcher)}, expected a text`;
      }
      for (const [place, handler] of handlers.entries()) {
        const why = misfit(`${path}.hooks[${place}]`, handler, HANDLER) ??
          incomplete(`${path}.hooks[${place}]`, handler);
        if (why !== undefined) return why;
      }
    }
  }
  return undefined;
}

function incomplete(path: string, handler: unknown): string | undefined {
  if (!isFields(handler) || handler["type"] !== "command" || typeof handler["command"] === "string") return undefined;
  return `has ${path} without command`;
}

const EXPECTED: Readonly<Record<Shape & string, string>> = {
  text: "a text",
  number: "a number",
  "yes or no": "true or false",
  object: "an object",
  list: "a list",
  texts: "a list of texts",
  objects: "a list of objects",
};

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : typeof value === "string" ? "a text" : JSON.stringify(value);
}
