/**
 * Places whose names tell that reading or writing them is more than it seems. Pure: paths are compared by their
 * components, in small letters; links are resolved by whoever can see the disk (approvals/links.ts).
 */
import { AGENT_FILES } from "../agents/files.ts";

/** The absolute path without `.`, `..` and doubled slashes. */
export function resolvePath(path: string, folder: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${folder}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** Whether the absolute `path` is `folder` or below it, by components. A path that goes up (`..`) is in none. */
export function isWithin(path: string, folder: string): boolean {
  const parts = (text: string) => text.split("/").filter((part) => part !== "" && part !== ".");
  const [inner, outer] = [parts(path), parts(folder)];
  if (!path.startsWith("/") || !folder.startsWith("/") || inner.includes("..") || outer.includes("..")) return false;
  return outer.every((part, at) => inner[at] === part);
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Names with a dot in front that hold neither credentials nor history. All other such names count as secret. */
const OPEN_DOTS = words(`
  .gitignore .gitattributes .gitmodules .gitkeep .github .gitlab .gitlab-ci.yml .editorconfig .nvmrc .node-version
  .python-version .ruby-version .tool-versions .eslintrc .eslintrc.js .eslintrc.cjs .eslintrc.json .eslintignore
  .prettierrc .prettierrc.json .prettierignore .stylelintrc .babelrc .swcrc .browserslistrc .dockerignore .npmignore
  .mocharc.json .rspec .rubocop.yml .flake8 .pylintrc .clang-format .clang-tidy .rustfmt.toml .golangci.yml .ci
  .circleci .changeset .storybook .husky .devcontainer .vscode .pre-commit-config.yaml .env.example .env.sample
  .env.template .env.dist .env.defaults
`);

/** Words in a name that mean credentials, joined with the word before where they are two: `api-key`, `service_account`. */
const SECRET_WORDS = words(`
  secret secrets credential credentials creds password passwords passwd token tokens apikey apikeys privatekey keystore
  truststore serviceaccount adminsdk kubeconfig htpasswd netrc pgpass npmrc pypirc authkey accesskey masterkey vault
  shadow gshadow keyring keyrings keychain keychains cookies env
`);
const SECRET_ENDS = words(
  "pem key p8 p12 pfx jks keystore kdbx ppk gpg asc ovpn keytab tfstate tfvars env credentials pgpass rdp",
);
const SECRET_NAMES = words(
  `id_rsa id_dsa id_ecdsa id_ed25519 authorized_keys wp-config.php database.yml auth.json local.settings.json`,
);

/** Program text: `token.ts` is about tokens and holds none. */
const CODE = words(`
  ts tsx js jsx mjs cjs mts cts py pyi rb go rs java kt kts swift c h cc cpp hpp cs fs ml hs erl ex exs clj scala dart lua
  pl r jl vue svelte astro css scss less html md mdx rst adoc txt proto graphql sql svg
`);

/** Components that follow each other, of every agent's settings, state and credentials. */
const AGENTS = AGENT_FILES.flatMap(({ settings, secrets = [] }) => [...settings, ...secrets])
  .map((entry) => entry.toLowerCase().split("/"));

function componentsOf(path: string): readonly string[] {
  return path.toLowerCase().split(/[/\\]/).filter((part) => part !== "" && part !== "." && part !== "..");
}

/** Not where an agent keeps working trees, in `worktrees` of its own folder: each is a workspace as any other. */
function ofAgent(path: string): boolean {
  const parts = componentsOf(path);
  return AGENTS.some((entry) =>
    parts.some((_, at) => entry.every((name, i) => parts[at + i] === name) && parts[at + entry.length] !== "worktrees")
  );
}

/** The components below `workspace`: what stands above it is where people keep their work, whatever its names. */
function below(path: string, workspace: string | undefined): readonly string[] {
  return componentsOf(workspace !== undefined && isWithin(path, workspace) ? path.slice(workspace.length) : path);
}

/** Folders that no workspace lies in. */
const NEVER = /\/\.(?:git|ssh|gnupg|agent-console)(?:\/|$)/i;

/**
 * Whether what `path` names may hold credentials or history: what an agent reads goes to its model's vendor. True also of
 * `/proc`, `/dev` and the folders of agents and of this program.
 */
export function isSecretPlace(path: string, workspace?: string): boolean {
  if (/^\/+(?:proc|dev|sys)(?:\/|$)/i.test(path) || NEVER.test(path) || ofAgent(path)) return true;
  return below(path, workspace).some(isSecretName);
}

function isSecretName(name: string): boolean {
  if (name.startsWith(".")) return !OPEN_DOTS.has(name);
  const end = /\.([^.]*)$/.exec(name)?.[1] ?? "";
  if (SECRET_ENDS.has(end) || SECRET_NAMES.has(name) || /^id_(?:rsa|dsa|ecdsa|ed25519)/.test(name)) return true;
  if (CODE.has(end)) return false;
  const parts = name.split(/[^a-z0-9]+/);
  return parts.some((part, at) => SECRET_WORDS.has(part) || SECRET_WORDS.has(`${parts[at - 1] ?? ""}${part}`));
}

/** Files that a build, a package manager, a test runner or an editor runs, or that name what they run. */
const RUNS = words(`
  package.json package-lock.json pnpm-workspace.yaml pnpm-lock.yaml yarn.lock bun.lockb bunfig.toml deno.json deno.jsonc
  makefile gnumakefile cmakelists.txt meson.build sconstruct justfile taskfile.yml taskfile.yaml rakefile gemfile
  build.gradle build.gradle.kts settings.gradle settings.gradle.kts gradle.properties gradlew mvnw pom.xml build.xml
  cargo.toml build.rs pyproject.toml setup.py setup.cfg tox.ini noxfile.py conftest.py pytest.ini requirements.txt
  sitecustomize.py usercustomize.py manage.py composer.json go.mod go.work mix.exs project.clj build.sbt package.swift
  podfile dockerfile containerfile compose.yml compose.yaml docker-compose.yml docker-compose.yaml vagrantfile procfile
  jenkinsfile build build.bazel workspace module.bazel flake.nix shell.nix default.nix lefthook.yml mise.toml gulpfile.js
  gruntfile.js webpack.mix.js karma.conf.js nodemon.json lerna.json nx.json turbo.json tsup.json
  crontab sudoers
`);

/**
 * Whether a write to `path` may change what runs later or what is allowed: no rule reaches it. Every name with a dot in
 * front is one (`.git`, `.ssh`, `.bashrc`, `.vscode`, agents' settings, our own), as are configurations that are code.
 */
export function runsLater(path: string, workspace?: string): boolean {
  if (/^\/+(?:etc|bin|sbin|usr|boot|proc|dev|sys|lib|lib64|library|system)(?:\/|$)/i.test(path)) return true;
  const parts = below(path, workspace);
  const name = parts.at(-1) ?? "";
  return NEVER.test(path) || ofAgent(path) || parts.some((part) => part.startsWith(".")) || RUNS.has(name) ||
    /(?:\.config|\.conf|rc)\.(?:[cm]?[jt]s|json)$|\.(?:mk|gradle|gemspec|pth|bzl|service|plist)$/.test(name);
}

/** Whether the filter of a search (`*.ts`, `src/*.py`) shows program text only. */
export function showsCodeOnly(filter: string): boolean {
  if (filter.startsWith("!")) return true;
  const parts = filter.toLowerCase().split("/");
  const [, end = ""] = /^[\w*-]*(?:\.[\w-]+)*\.(\w+)$/.exec(parts.at(-1) ?? "") ?? [];
  return CODE.has(end) && parts.slice(0, -1).every((part) => part === "**" || /^[\w-]+$/.test(part));
}
