/** The handlers of the capsules' methods. Loaded at the first call about capsules, or where there is one. */
import type { ConsoleCommand } from "../core/console_command.ts";
import { onceOf } from "../core/idempotency.ts";
import type { FeatureContext } from "../core/service.ts";
import { clip, escapeControls } from "../domain/sanitize.ts";
import { ownUid } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { Handlers } from "../rpc/handler.ts";
import { findCapsules, type Found } from "./discovery.ts";
import { type Grant, within } from "./grant.ts";
import type { Grants } from "./grants.ts";
import type { CapsuleRunner } from "./runner.ts";
import type { capsuleMethods } from "./methods.ts";
import { CapsuleFlaw, checkCapabilities, checkManifest } from "./read_manifest.ts";
import type { CapsulesSettings } from "./section.ts";

export interface CapsuleDeps {
  readonly context: FeatureContext<CapsulesSettings>;
  readonly grants: Grants;
  readonly runner: CapsuleRunner;
}

type Shown = ResultOf<"capsule.list">["capsules"][number];

export function capsuleHandlers(deps: CapsuleDeps): Handlers<keyof typeof capsuleMethods> {
  const { context, grants, runner } = deps;
  const { store } = context;
  return {
    "capsule.list": () => ({ capsules: allCapsules(deps) }),
    "capsule.metadata": ({ name }) => {
      const found = foundCapsules(deps, name);
      const one = found.find((each) => "capsule" in each) ?? found[0];
      const granted = grants.get(name);
      const manifest = one !== undefined && "capsule" in one ? one.capsule.manifest : granted?.manifest;
      return {
        ...shownCapsule(name, one, deps),
        ...(manifest === undefined ? {} : { manifest: { ...manifest } }),
        ...(granted === undefined ? {} : { capabilities: mutable(granted.capabilities) }),
      };
    },
    "capsule.grant": async (params, { peer }) => {
      const once = onceOf("capsule.grant", params);
      const earlier = store.repeated(once);
      if (earlier !== undefined) return earlier;
      const grant = grantOf(params);
      refuseTakenNames(grant, context.commands());
      const committed = store.commit({ type: "capsule.granted", data: { grant } }, peer.actor, once);
      const granted = grants.get(grant.name);
      if (granted !== undefined) await runner.run(granted, true);
      return committed;
    },
    "capsule.revoke": async (params, { peer }) => {
      const once = onceOf("capsule.revoke", params);
      const earlier = store.repeated(once);
      if (earlier !== undefined) return earlier;
      const { name, forget = false } = params;
      // What a capsule has kept outlives its grant, and can be forgotten after it.
      if (grants.get(name) === undefined && !(forget && runner.hasKept(name))) throw notGranted(name);
      const committed = store.commit({ type: "capsule.revoked", data: { name } }, peer.actor, once);
      await runner.end(name, forget);
      return committed;
    },
    "capsule.reload": async ({ name }) => {
      const granted = name === undefined ? undefined : grants.get(name);
      if (name !== undefined && granted === undefined) throw notGranted(name);
      const all = granted === undefined ? grants.all() : [granted];
      await Promise.all(all.map((one) => runner.run(one)));
      const notRunning = all.flatMap(({ name }) => {
        const state = runner.stateOf(name);
        return state === undefined || "reason" in state ? [{ name, reason: state?.reason ?? "it has ended" }] : [];
      });
      const names = new Set(notRunning.map((one) => one.name));
      return { reloaded: all.flatMap((one) => names.has(one.name) ? [] : one.name), notRunning };
    },
  };
}

/** @throws {ConsoleError} `conflict`: of two commands with one name only the first could be run */
function refuseTakenNames({ name: capsule, manifest }: Grant, commands: readonly ConsoleCommand[]): void {
  const others = commands.filter((one) => one.capsule !== capsule);
  for (const { name } of manifest.commands) {
    const taken = others.find((one) => one.name === name || one.aliases?.includes(name));
    if (taken === undefined) continue;
    const whose = taken.capsule === undefined ? "agent-console itself" : `the capsule ${taken.capsule}`;
    throw new ConsoleError("conflict", `${whose} has the command /${name} already`, {
      hint: taken.capsule === undefined
        ? "its author must give the command another name"
        : `agent-console capsule revoke ${taken.capsule}, or do without this one`,
    });
  }
}

/** @throws {ConsoleError} `invalid_params`: it grants more than the manifest asks for, or is none */
function grantOf({ name, digest, folder, ...params }: ParamsOf<"capsule.grant">): Grant {
  try {
    const manifest = checkManifest(params.manifest);
    const capabilities = checkCapabilities(params.capabilities);
    if (manifest.name !== name) throw new CapsuleFlaw(`the manifest is that of ${manifest.name}`);
    const more = within(capabilities, manifest.capabilities);
    if (more !== undefined) throw new CapsuleFlaw(`the manifest does not ask for ${more}`);
    return { name, digest, capabilities, manifest, folder };
  } catch (error) {
    if (!(error instanceof CapsuleFlaw)) throw error;
    throw new ConsoleError("invalid_params", error.message, { param: "manifest" });
  }
}

/** @param name of the only ones that are read; all where absent */
function foundCapsules({ context, grants }: CapsuleDeps, name?: string): readonly Found[] {
  const workspaces = context.settings.booted.trusted_workspaces;
  const places = { capsules: context.paths.capsules, workspaces, uid: ownUid() };
  const search = name === undefined ? places : { ...places, name };
  return findCapsules(search, (one) => grants.get(one)?.folder);
}

function allCapsules(deps: CapsuleDeps): Shown[] {
  const found = foundCapsules(deps);
  const gone = deps.grants.all().filter(({ name }) => found.every((one) => one.name !== name));
  return [
    ...found.map((one) => shownCapsule(one.name, one, deps)),
    ...gone.map(({ name }) => shownCapsule(name, undefined, deps)),
  ].sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** @throws {ConsoleError} `not_found` where it is neither there nor granted */
function shownCapsule(name: string, found: Found | undefined, { grants, runner }: CapsuleDeps): Shown {
  const granted = grants.get(name);
  // Another folder with the name is another capsule, whatever the grant says.
  const own = found === undefined || found.folder === granted?.folder ? granted : undefined;
  const capsule = found !== undefined && "capsule" in found ? found.capsule : undefined;
  const manifest = capsule?.manifest ?? own?.manifest;
  if (found === undefined && granted === undefined) {
    throw new ConsoleError("not_found", `no capsule is named "${escapeControls(clip(name, 64))}"`, {
      hint: "agent-console capsule list",
    });
  }
  const reason = found !== undefined && "reason" in found ? { reason: found.reason } : {};
  const state = own === undefined
    ? { state: found !== undefined && "reason" in found ? "invalid" as const : "ungranted" as const, ...reason }
    : runner.stateOf(name) ?? { state: "starting" as const };
  return {
    name,
    ...state,
    changed: own !== undefined && capsule?.digest !== own.digest,
    ...(found === undefined ? {} : { folder: found.folder }),
    ...(capsule === undefined ? {} : { digest: capsule.digest }),
    ...(own === undefined ? {} : { grantedDigest: own.digest, grantedAt: own.at }),
    ...(manifest === undefined ? {} : { version: manifest.version, description: manifest.description }),
  };
}

function notGranted(name: string): ConsoleError {
  return new ConsoleError("not_found", `no capsule named "${escapeControls(clip(name, 64))}" is granted`, {
    hint: "agent-console capsule list",
  });
}

function mutable(capabilities: Grant["capabilities"]): NonNullable<ResultOf<"capsule.metadata">["capabilities"]> {
  const { net, read, write, env, kv, secrets, exec } = capabilities;
  return {
    net: [...net],
    read: [...read],
    write: [...write],
    env: [...env],
    kv,
    secrets: [...secrets],
    exec: [...exec],
  };
}
