/** The channel `ntfy`: a notification on a phone, by a server of ntfy (https://docs.ntfy.sh/publish/). */
import * as v from "valibot";
import { group, setting } from "../../config/section.ts";
import { HOST_MUST, isHostOrigin, sandboxHost } from "../../lib/host_address.ts";
import { channelKind } from "../kind.ts";
import { secretFile, secretVariable, variablePermission } from "../secret.ts";

const ntfyGroup = group({
  enabled: setting(v.boolean(), false, {
    title: "Notifications by ntfy",
    means: "Notifies by a server of ntfy, for its app on a phone. Needs `channels.ntfy.topic`.",
    must: "true or false",
    applies: "restart",
  }),
  server: setting(v.pipe(v.string(), v.check(isHostOrigin)), "https://ntfy.sh", {
    title: "Its server",
    means: "Where the notifications go: the public server, or one of your own.",
    must: HOST_MUST,
    applies: "restart",
    example: '"https://ntfy.example.com"',
  }),
  topic: setting(v.nullable(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/))), null, {
    title: "Its topic",
    means:
      "Whoever knows the topic reads along, unless the server wants a token for it: choose one that nobody guesses.",
    must: "1 to 64 letters, digits, - and _, or null",
    applies: "live",
    example: '"ac-hf83n2kd0w"',
  }),
  token_env: secretVariable("the access token of the server", "NTFY_TOKEN"),
  token_file: secretFile("the access token of the server", "ntfy.token"),
  brief: setting(v.boolean(), false, {
    title: "Names only",
    means: "Whether notifications say who waits and not on what: the server and its topic then hold no command.",
    must: "true or false",
    applies: "live",
  }),
  page_url: setting(v.nullable(v.pipe(v.string(), v.check(isHostOrigin))), null, {
    title: "Your page",
    means:
      "Where your phone reaches the page of the gateway, one of `gateway.allowed_origins` or that of `gateway.lan`: a notification " +
      "then opens the request there. No token is in it: the page must have been opened on the phone once.",
    must: HOST_MUST + ", or null",
    applies: "live",
    example: '"https://laptop.example.ts.net"',
  }),
});

export const ntfyKind = channelKind({
  name: "ntfy",
  config: ntfyGroup,
  reaches: "host",
  configKey: "channels.ntfy.enabled",
  turnOn: "agent-console config set channels.ntfy.topic TOPIC, and channels.ntfy.enabled true",
  whenItFails: "look at channels.ntfy in the file that agent-console config path names",
  isOn: ({ enabled }) => enabled,
  permissions: ({ settings: { server, token_env } }) => [
    {
      kind: "net",
      values: [sandboxHost(server)],
      reason: "notify you when an agent needs you",
      configKey: "channels.ntfy.server",
    },
    ...variablePermission(token_env, "its access token", "channels.ntfy.token_env"),
  ],
  open: async (context) => (await import("./notify.ts")).openNtfy(context),
});
