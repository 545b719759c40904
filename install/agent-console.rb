# A Homebrew formula for agent-console, made by `deno task packaging`. It installs the bundle, which Homebrew's Deno runs;
# the daemon's sandbox is computed on the machine where it starts.
class AgentConsole < Formula
  desc "Daemon that knows every coding agent on the machine, and who waits for you"
  homepage "{{url}}"
  url "{{url}}/{{archive}}"
  version "{{version}}"
  sha256 "{{sha256}}"
  license "MIT"

  depends_on "deno"

  def install
    # It has the home folder inside of whoever made the bundle; the client starts the daemon without it.
    rm "agent-consoled"
    libexec.install Dir["*"]
    bin.install_symlink libexec/"agent-console"
  end

  def caveats
    "Run agent-console onboard. Before brew uninstall, run agent-console uninstall: it takes the hooks back."
  end

  test do
    assert_match "agent-console {{version}}", shell_output("#{bin}/agent-console --version")
  end
end
