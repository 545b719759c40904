/**
 * Places whose names tell that reading or writing them is more than it seems. Pure: paths are compared by their
 * components, in small letters; links are resolved by whoever can see the disk (approvals/real_files.ts).
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

/** Whether `path` goes up behind a name: `a/../b` is not `b` where `a` is a link. */
export function goesUpThrough(path: string): boolean {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.some((part, at) => part === ".." && at > 0 && parts[at - 1] !== "..");
}

/** Whether an agent may read another path than what is written: some trim it, and some put the home in place of `~`. */
export function isOddPath(path: string): boolean {
  return /^[\s~]|\s$/.test(path);
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
  secret secrets credential credentials creds cred password passwords passwd passphrase pass pwd token tokens apikey
  apikeys privatekey private keystore truststore serviceaccount service_account adminsdk kubeconfig htpasswd netrc pgpass
  npmrc pypirc authkey accesskey accesskeys masterkey rootkey key keys vault shadow gshadow keyring keyrings keychain
  keychains cookies dotenv keyfile env envrc bearer jwt oauth sops wallet mnemonic seed identity logins sftp dockerconfigjson
`);
/** Ends of names: keys, stores of credentials, and configuration, which often holds some. */
const SECRET_ENDS = words(`
  pem key p8 p12 pfx pk8 der jks keystore kdbx ppk gpg asc ovpn keytab tfstate tfvars env credentials pgpass rdp properties
  conf config cfg cnf plist sqlite sqlite3 db dump sql age hprof
`);
const SECRET_NAMES = words(`
  authorized_keys known_hosts wp-config.php database.yml auth.json session.json local.settings.json google-services.json
  hosts.yml settings.xml parameters.yml local_settings.py ngrok.yml mcp.json
`);
const SECRET_BEGINNINGS =
  /^(?:\w*_(?:rsa|dsa|ecdsa|ed25519)(?![a-z])|(?:bash|zsh|sh|python|psql|mysql|sqlite|irb|node_repl)_history|krb5cc|ssh_host_|appsettings|application(?:-[a-z]+)?\.ya?ml|core\.\d)/;
/** Copies are as secret as what they are of. */
const COPY = /(?:\.(?:bak|old|orig|backup|save|swp|txt|\d+)|~)$/;

/** Program text: `token.ts` is about tokens and holds none. */
const CODE = words(`
  ts tsx js jsx mjs cjs mts cts py pyi rb go rs java kt kts swift c h cc cpp hpp cs fs ml hs erl ex exs clj scala dart lua
  pl r jl vue svelte astro css scss less html
`);
/** Text that the filter of a search may show beside it. */
const PROSE = words("md mdx rst adoc");
/** Text and pictures that nothing runs. */
const PLAIN = words("txt csv tsv svg png jpg jpeg gif webp");

/** Components that follow each other, of every agent's settings, state and credentials. */
const AGENTS = AGENT_FILES.flatMap(({ settings, secrets = [] }) => [...settings, ...secrets])
  .map((entry) => entry.toLowerCase().split("/"));

/** What agents read as instructions. */
const INSTRUCTIONS = new Set(
  AGENT_FILES.flatMap(({ instructions = [] }) => instructions).map((name) => name.toLowerCase()),
);

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
  const rest = workspace !== undefined && isWithin(path, workspace) ? path.slice(workspace.length) : path;
  return rest.split(/[/\\]/).filter((part) => part !== "" && part !== "." && part !== "..");
}

/** No path is longer, UTF-16 units (PATH_MAX): one that is may be anything, and would cost milliseconds. */
export const MAX_PATH = 4096;

/** Of a call on more files only so many are looked at, and then it is asked. */
export const MAX_PATHS = 200;

/** Folders that no workspace lies in. */
const NEVER = /\/\.(?:git|ssh|gnupg|agent-console)(?:\/|$)/i;

/**
 * Whether what `path` names may hold credentials or history: what an agent reads goes to its model's vendor. True also of
 * `/proc`, `/dev` and the folders of agents and of this program.
 */
export function isSecretPlace(path: string, workspace?: string): boolean {
  if (path.length > MAX_PATH || /^\/+(?:proc|dev|sys)(?:\/|$)/i.test(path) || NEVER.test(path) || ofAgent(path)) {
    return true;
  }
  return below(path, workspace).some(isSecretName);
}

/** @param given as it is spelled: `myAccessKeys` is three words */
function isSecretName(given: string): boolean {
  const name = given.toLowerCase();
  if (name.startsWith(".")) return !OPEN_DOTS.has(name);
  const end = /\.([^.]*)$/.exec(name)?.[1] ?? "";
  if (SECRET_ENDS.has(end) || SECRET_NAMES.has(name) || SECRET_BEGINNINGS.test(name)) return true;
  if (CODE.has(end)) return false;
  if (COPY.test(name) && isSecretName(given.replace(COPY_OF, ""))) return true;
  const parts = given.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/);
  return parts.some((part, at) => SECRET_WORDS.has(part) || SECRET_WORDS.has(`${parts[at - 1] ?? ""}${part}`));
}

const COPY_OF = new RegExp(COPY.source, "i");

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
  crontab sudoers head configure configure.ac binding.gyp nuget.config build.ninja magefile.go tasks.py fabfile.py dodo.py
  gatsby-node.js gatsby-config.js extconf.rb jakefile.js pavement.py postinstall.js preinstall.js
  hatch_build.py pipfile pnpmfile.cjs tiltfile earthfile wscript snakefile buck capfile fastfile guardfile dangerfile
  setup.hs startup.jl rprofile devenv.nix devbox.json ansible.cfg gdbinit pip.conf jvm.config import_map.json mcp.json
  skill.md
`);

/** What a source file may be called, too. */
const PLAIN_STEMS = words("package settings default go head workspace tasks compose composer module");
/** The names without what stands behind their first dot: `gulpfile.ts` is run as `gulpfile.js` is, and read as it is. */
const RUN_STEMS: ReadonlySet<string> = new Set(
  [...RUNS, ...INSTRUCTIONS].map(stemOf).filter((stem) => !PLAIN_STEMS.has(stem)),
);

/** Of a name with a dot in front, too. */
function stemOf(name: string): string {
  return /^\.*[^.]*/.exec(name)![0];
}

/**
 * Whether a write to `path` may change what runs later or what is allowed: no rule reaches it. Every name with a dot in
 * front is one (`.git`, `.ssh`, `.bashrc`, `.vscode`, agents' settings, our own), as are configurations that are code.
 */
export function runsLater(path: string, workspace?: string): boolean {
  if (path.length > MAX_PATH) return true;
  if (/^\/+(?:etc|bin|sbin|usr|boot|proc|dev|sys|lib|lib64|library|system)(?:\/|$)/i.test(path)) return true;
  const parts = below(path.toLowerCase(), workspace?.toLowerCase());
  const name = parts.at(-1) ?? "";
  return NEVER.test(path) || ofAgent(path) || parts.some((part) => part.startsWith(".")) || RUNS.has(name) ||
    RUN_STEMS.has(stemOf(name)) ||
    parts.some((part) => part === "hooks" || part === "node_modules" || INSTRUCTIONS.has(part)) ||
    /^(?:makefile|mise|rust-toolchain)\.|(?:\.config|\.conf|\.workspace|\.setup|rc)\.(?:[cm]?[jt]s|json)$|^(?:requirements|constraints).*\.txt$|pipelines\.ya?ml$/
      .test(name) ||
    /\.(?:mk|cmake|gradle|gemspec|pth|bzl|service|plist|props|targets|[a-z]+proj|zig|rake|pl|code-workspace)$/.test(
      name,
    );
}

/** Whether a file of this name holds text that people write, not folders or what a system keeps: `src/a.ts`. */
export function isNamedAsText(path: string): boolean {
  const [, end = ""] = /[^/]\.(\w+)$/.exec(path.toLowerCase()) ?? [];
  return CODE.has(end) || PROSE.has(end) || PLAIN.has(end);
}

/** Whether the filter of a search (`*.ts`, `src/*.py`) shows program text only. */
export function showsCodeOnly(filter: string): boolean {
  if (filter.startsWith("!")) return true;
  const parts = filter.toLowerCase().split("/");
  const [, end = ""] = /^[\w*-]*(?:\.[\w-]+)*\.(\w+)$/.exec(parts.at(-1) ?? "") ?? [];
  return (CODE.has(end) || PROSE.has(end)) &&
    parts.slice(0, -1).every((part) => part === "**" || /^[\w-]+$/.test(part));
}
