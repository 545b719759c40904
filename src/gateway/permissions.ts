/** What the daemon may do for the gateway: listen where it is told to, and read the two files of TLS. Pure. */
import type { SandboxContext } from "../core/service.ts";
import type { Permission } from "../platform/sandbox.ts";
import { type GatewaySettings, lanOf, urlHost } from "./section.ts";

export function gatewayPermissions({ settings }: SandboxContext<GatewaySettings>): readonly Permission[] {
  if (!settings.enabled) return [];
  const { host, port } = settings;
  const { lan } = lanOf(settings);
  const at = (address: string) => [`${urlHost(address)}:${port}`];
  return [
    { kind: "net", values: at(host), reason: "the gateway listens there", configKey: "gateway.enabled" },
    ...(lan === undefined ? [] : [
      {
        kind: "net",
        values: at(lan.address),
        reason: "the gateway is open to the network",
        configKey: "gateway.lan.address",
      },
      {
        kind: "read",
        values: [lan.certFile, lan.keyFile],
        reason: "its certificate and its key",
        configKey: "gateway.lan.cert_file",
      },
    ] as const),
  ];
}
