/** The channel `webhook`: a notification to a server of the user, signed by Standard Webhooks. */
import * as v from "valibot";
import { group, setting } from "../../config/section.ts";
import { HOST_MUST, isHostAddress, sandboxHost } from "../../lib/host_address.ts";
import { channelKind } from "../kind.ts";
import { secretFile, secretVariable, variablePermission } from "../secret.ts";

const SECRET = "the signing secret, `whsec_` and base64 of 24 to 64 bytes";

export const webhookKind = channelKind({
  name: "webhook",
  config: group({
    url: setting(v.nullable(v.pipe(v.string(), v.check(isHostAddress))), null, {
      title: "Webhook",
      means:
        "Notifies by a POST to this address, signed by Standard Webhooks; the body is what `channels.command` reads. " +
        "null = none.",
      must: `${HOST_MUST}, or null`,
      applies: "restart",
      example: '"https://hooks.example.com/agent-console"',
    }),
    secret_env: secretVariable(SECRET, "WEBHOOK_SECRET"),
    secret_file: secretFile(SECRET, "webhook.secret"),
    answers: setting(v.boolean(), false, {
      title: "Answers by its server",
      means:
        "Whether that server may answer requests, each once: by a POST to `/webhook/answer` of the gateway, signed with " +
        "the same secret. Its notifications then hold the whole of what is asked. Needs `channels.webhook.secret_file`.",
      must: "true or false",
      applies: "live",
    }),
  }),
  reaches: "host",
  configKey: "channels.webhook.url",
  turnOn: "agent-console config set channels.webhook.url URL, and channels.webhook.secret_file NAME",
  whenItFails: "look at channels.webhook in the file that agent-console config path names",
  isOn: ({ url }) => url !== null,
  permissions: ({ settings: { url, secret_env } }) => [
    ...(url === null ? [] : [
      {
        kind: "net",
        values: [sandboxHost(url)],
        reason: "notify you when an agent needs you",
        configKey: "channels.webhook.url",
      } as const,
    ]),
    ...variablePermission(secret_env, "its signing secret", "channels.webhook.secret_env"),
  ],
  open: async (context) => (await import("./notify.ts")).openWebhook(context),
});
