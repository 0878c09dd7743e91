class NexflowLsp < Formula
  desc "Language server and checker for Nexflow L5 infrastructure documents"
  homepage "{{repository}}"
  version "{{version}}"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "{{downloads}}/{{archive darwin-arm64}}"
      sha256 "{{sha256 darwin-arm64}}"
    end
    on_intel do
      url "{{downloads}}/{{archive darwin-x64}}"
      sha256 "{{sha256 darwin-x64}}"
    end
  end

  on_linux do
    on_arm do
      url "{{downloads}}/{{archive linux-arm64}}"
      sha256 "{{sha256 linux-arm64}}"
    end
    on_intel do
      url "{{downloads}}/{{archive linux-x64}}"
      sha256 "{{sha256 linux-x64}}"
    end
  end

  def install
    bin.install "nexflow-lsp"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/nexflow-lsp"
    zsh_completion.install "completions/_nexflow-lsp"
    fish_completion.install "completions/nexflow-lsp.fish"
  end

  test do
    (testpath/"a.infra").write "version: [\n"
    assert_match "a.infra:", shell_output("#{bin}/nexflow-lsp check --format short a.infra", 1)
  end
end
