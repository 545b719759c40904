/** A certificate for a test of TLS, made by openssl. */

/** A certificate for `address`, or the host of that name, signed by itself. */
export async function certificate(folder: string, address: string): Promise<boolean> {
  try {
    const leaf = ["-addext", "basicConstraints=critical,CA:FALSE"];
    const subject = [
      "-subj",
      "/CN=test",
      "-addext",
      `subjectAltName=${/[g-z]/.test(address) ? "DNS" : "IP"}:${address}`,
      ...leaf,
    ];
    const files = ["-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    const { success } = await new Deno.Command("openssl", {
      args: ["req", "-x509", ...key, ...subject, ...files],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}
