/** The commands of the gateway: the page, and what programs need to reach it. */
import { type Command, Option } from "commander";
import { GATEWAY_SCOPES } from "../../protocol/methods.ts";
import type { CommandContext } from "../context.ts";
import { JSON_OPTION } from "./shared.ts";

export function gatewayCommands(root: Command, run: () => CommandContext): void {
  const load = () => import("../commands/gateway.ts");
  const scope = (about: string) => new Option("--scope <scope>", about).choices(GATEWAY_SCOPES);
  const command = root.command("gateway").description("the page, and the door for programs that speak HTTP");
  command.command("status").description("whether it listens, where, and what it refused").option(...JSON_OPTION)
    .action(async (options) => await (await load()).gatewayStatus(run(), options));
  command.command("open").description("open the page in the browser")
    .addOption(scope("what the page may do").default("approve"))
    .option("--print", "print its link, which has a token in it, and open nothing")
    .option("--qr", "show the link as a QR code for a phone, and open nothing")
    .option("--lan", "the link for gateway.lan.address; with --print or --qr")
    .action(async (options) => await (await load()).openPage(run(), options));
  const token = command.command("token").description("print a token for a program")
    .addOption(scope("what it lets the program do (default: approve)"))
    .option(...JSON_OPTION)
    .action(async (options) => await (await load()).printToken(run(), options));
  token.command("rotate").description("make new tokens; who has an old one is disconnected")
    .addOption(scope("only that one (default: all)"))
    // An option that both have is read by the first.
    .action(async (options) => await (await load()).rotateTokens(run(), { ...token.opts(), ...options }));
}
